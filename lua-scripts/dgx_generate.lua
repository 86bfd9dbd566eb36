-- SPDX-License-Identifier: Apache-2.0
ardour {
  ["type"] = "EditorAction",
  name = "DGX: Generate...",
  author = "DGX Music",
  license = "Apache-2.0",
  description = [[Asks what you want to hear, has DGX Music make it at the session's tempo, and places the take where the playhead or the selected range is now, as soon as it is ready.]]
}

function factory () return function ()
  local kProgram = "dgx-music"  -- 'dgx-music ardour install' writes its own path here.

  -- From here: the same in each action that runs the program.

  local function say (text)
    LuaDialog.Message ("DGX Music", text, LuaDialog.MessageType.Info,
      LuaDialog.ButtonType.Close):run ()
  end

  local function read (path)
    local file = io.open (path, "r")
    if not file then return nil end
    local text = file:read ("a")
    file:close ()
    return text
  end

  local function absolute (name)
    local path = os.getenv (name)
    return path and path:sub (1, 1) == "/" and path or nil
  end

  local function is_folder (path)
    return ARDOUR.LuaAPI.file_test (path, ARDOUR.LuaAPI.FileTest.IsDir)
  end

  -- Of dgx_place_takes.lua for this session; nil where that hook does not run in it.
  local function hook_folder ()
    local own_id = (read ("/proc/self/stat") or ""):match ("^%d+")
    local user = (read ("/proc/self/status") or ""):match ("\nUid:%s*(%d+)") or ""
    local xdg = absolute ("XDG_RUNTIME_DIR")
      or is_folder ("/run/user/" .. user) and "/run/user/" .. user
    local data = absolute ("DGX_MUSIC_DATA_DIR")
      or (absolute ("XDG_DATA_HOME") or os.getenv ("HOME") .. "/.local/share") .. "/dgx-music"
    local runtime = absolute ("DGX_MUSIC_RUNTIME_DIR")
      or xdg and xdg .. "/dgx-music" or data .. "/run"
    local hash = 0xcbf29ce484222325
    local path = Session:path ()
    for i = 1, #path do hash = (hash ~ path:byte (i)) * 0x100000001b3 end
    local folder = runtime .. "/ardour/" .. string.format ("%016x", hash)
    local facts = read (folder .. "/facts.json") or ""
    if facts:match ('"pid":(%d+)') ~= own_id then return nil end
    return folder, facts
  end

  -- The hook's folder, or nil and why nothing can be placed now.
  local function ready_folder ()
    if not io or not os then
      return nil, "Ardour keeps scripts from files and programs (Preferences, \"Sandbox all Lua scripts\"), so this action cannot work."
    end
    if Session:actively_recording () then return nil, "Ardour records. Do this when it has stopped." end
    if Session:engine ():freewheeling () then return nil, "Ardour exports. Do this when it is done." end
    if not ARDOUR.LuaAPI.file_test (kProgram, ARDOUR.LuaAPI.FileTest.IsExecutable) then
      return nil, "There is no program " .. kProgram .. " any more. Leave Ardour and run 'dgx-music ardour install' again."
    end
    local folder, facts = hook_folder ()
    if not folder then
      return nil, "\"DGX: Place takes\" does not run in this session. Leave Ardour and run 'dgx-music ardour install'."
    end
    if facts:find ('"placing_is_on":false', 1, true) then
      return nil, "Placing takes is switched off. The action \"DGX: Placing on or off\" switches it on again."
    end
    return folder
  end

  -- Returns at once. Should it fail, the hook shows what it says: it finds that in notice.txt.
  local function run_in_background (folder, ...)
    os.forkexec ("/bin/sh", "-c", [[notice=$1 draft=$1.$$
      shift
      umask 077
      if ! "$@" </dev/null >/dev/null 2>"$draft"; then
        [ -s "$draft" ] || echo "The program ended and did not say why." >"$draft"
        cat "$draft" >>"$notice"
      fi
      rm -f "$draft"]], "sh", folder .. "/notice.txt", kProgram, ...)
  end

  -- Until here.

  -- The name of the first audio track that is selected, or nil.
  local function selected_track ()
    for route in Editor:get_selection ().tracks:routelist ():iter () do
      local track = route:to_track ()
      if not track:isnil () and track:data_type ():to_string () == "audio" then
        return route:name ()
      end
    end
    return nil
  end

  local kBest, kNewTrack = "the best installed", "a new track"
  local kPartsOnTracks = "new tracks, one for each part (sketch)"
  local kBars, kRange = "bars, as many as below", "the selected range"

  local function number (value)
    -- Some locales write a comma.
    return (string.format ("%.12g", value):gsub (",", "."))
  end

  -- Where the music shall be: its first sample, the samples of the selected range (nil: none is
  -- selected), and what the session has there.
  local function place ()
    local range = Editor:get_selection ().time
    local first, last = range:start_sample (), range:end_sample ()
    local selected = first < last
    if not selected then first = Session:transport_sample () end
    local tempo_map = Temporal.TempoMap.read ()
    local position = Temporal.timepos_t (first)
    local meter = tempo_map:meter_at (position)
    return {
      first = math.floor (first),
      length = selected and last - first or nil,
      bpm = tempo_map:tempo_at (position):quarter_notes_per_minute (),
      beats = meter:divisions_per_bar (),
      unit = meter:note_value (),
      rate = math.floor (Session:nominal_sample_rate ()),
    }
  end

  -- A range of whole bars is asked for as bars, which fit to the sample.
  local function length_of_range (at)
    local bar = at.beats * 4 / at.unit * 60 / at.bpm * at.rate
    local bars = math.floor (at.length / bar + 0.5)
    if bars >= 1 and bars <= 128 and math.abs (bars * bar - at.length) < 1 then
      return "--bars", number (bars)
    end
    return "--duration", number (at.length / at.rate)
  end

  local function arguments_of (wish, at)
    local list = { "generate", "--json", "--insert", "--session", Session:path (),
      "--output-dir", Session:path () .. "/dgx-music/takes",
      "--track", wish.track, "--at", "sample:" .. at.first, "--bpm", number (at.bpm) }
    local function add (...)
      for _, word in ipairs ({ ... }) do list[#list + 1] = word end
    end
    if wish.length == kRange then add (length_of_range (at))
    else add ("--bars", number (wish.bars)) end
    if math.floor (at.beats) == at.beats and math.floor (at.unit) == at.unit then
      add ("--time-signature", number (at.beats) .. "/" .. number (at.unit))
    end
    if at.rate >= 44100 and at.rate <= 192000 then add ("--sample-rate", number (at.rate)) end
    if wish.model ~= kBest then add ("--model", wish.model) end
    if wish.track == "parts" then add ("--stems") end
    add ("--", wish.prompt)
    return list
  end

  -- Those that can be used, by what the program says of all.
  local function models ()
    local values = { [kBest] = kBest }
    local pipe = io.popen ("'" .. kProgram:gsub ("'", "'\\''") .. "' models list --json 2>/dev/null")
    for id, state in pipe:read ("a"):gmatch ('"id":"([^"]+)","state":"([^"]+)"') do
      if state == "built-in" or state == "installed" then values[id] = id end
    end
    pipe:close ()
    return values
  end

  local function lengths (at)
    local values = { [kBars] = kBars }
    if at.length then values[kRange] = kRange end
    return values
  end

  -- What the person wants, or nil.
  local function ask (at)
    local track = selected_track ()
    local tracks = { [kNewTrack] = "new", [kPartsOnTracks] = "parts" }
    if track then tracks["the track " .. track] = track end
    return LuaDialog.Dialog ("DGX Music: generate", {
      { type = "label", title = "What do you want to hear? For example: warm lo-fi beat, dusty drums, Rhodes, C minor",
        colspan = 2 },
      { type = "entry", key = "prompt", title = "Prompt", default = "" },
      { type = "dropdown", key = "length", title = "Length", values = lengths (at),
        default = at.length and kRange or kBars },
      { type = "number", key = "bars", title = "Bars", min = 1, max = 128, step = 1, digits = 0,
        default = 8 },
      { type = "dropdown", key = "model", title = "Model", values = models (), default = kBest },
      { type = "dropdown", key = "track", title = "Place it on", values = tracks, default = kNewTrack },
    }):run ()
  end

  local folder, problem = ready_folder ()
  if not folder then return say (problem) end
  local at = place ()
  local wish = ask (at)
  if not wish then return end
  wish.prompt = wish.prompt:match ("^%s*(.-)%s*$")
  if wish.prompt == "" then
    return say ("Nothing is made: the prompt is empty. Say what you want to hear, for example: warm lo-fi beat, dusty drums.")
  end
  run_in_background (folder, table.unpack (arguments_of (wish, at)))
end end
