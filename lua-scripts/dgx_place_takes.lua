-- SPDX-License-Identifier: Apache-2.0
ardour {
  ["type"] = "EditorHook",
  name = "DGX: Place takes",
  author = "DGX Music",
  license = "Apache-2.0",
  description = [[Places takes of DGX Music on the timeline when the service, 'dgx-music insert' or an assistant asks for it. 'dgx-music ardour install' registers it; the action "DGX: Placing on or off" switches it off.]]
}

function signals ()
  return LuaSignal.Set ():add ({ [LuaSignal.SetSession] = true, [LuaSignal.LuaTimerDS] = true })
end

-- The files by which this hook and the service speak are described in docs/protocol.md, "Placing
-- takes in Ardour". Every file is written under another name and renamed.
function factory ()
  local kTicksBetweenFacts = 10  -- The timer comes ten times a second.
  local kExists = ARDOUR.LuaAPI.FileTest.Exists
  local kIsFolder = ARDOUR.LuaAPI.FileTest.IsDir

  -- JSON, as far as these files need it: one object of texts, numbers and truths.

  local kEscapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

  local function quoted (text)
    return '"' .. text:gsub ('[%c"\\\127]', function (c)
      return string.format ("\\u%04x", c:byte ())
    end) .. '"'
  end

  local function number (value)
    -- Some locales write a comma.
    return (string.format ("%.9g", value):gsub (",", "."))
  end

  local function encode (fields)
    local parts = {}
    for _, field in ipairs (fields) do
      local name, value = field[1], field[2]
      local kind = math.type (value) or type (value)
      if kind == "string" then value = quoted (value)
      elseif kind == "float" then value = number (value)
      else value = tostring (value) end
      parts[#parts + 1] = quoted (name) .. ":" .. value
    end
    return "{" .. table.concat (parts, ",") .. "}"
  end

  local function text_at (json, position)
    local text = {}
    while true do
      local plain, stop = json:match ('^([^"\\]*)(["\\])', position)
      if not plain then return nil end
      text[#text + 1] = plain
      position = position + #plain + 1
      if stop == '"' then return table.concat (text), position end
      local escape = json:sub (position, position)
      position = position + 1
      if escape == "u" then
        local code = tonumber (json:sub (position, position + 3), 16)
        if not code then return nil end
        text[#text + 1] = utf8.char (code)
        position = position + 4
      else
        text[#text + 1] = kEscapes[escape] or escape
      end
    end
  end

  -- A table, or nil where the text is not such an object.
  local function decode (json)
    local fields = {}
    local position = json:match ("^%s*{%s*()")
    while position do
      local name, value
      if json:sub (position, position) == "}" then return fields end
      name, position = text_at (json, json:match ('^"()', position) or #json + 1)
      position = position and json:match ("^%s*:%s*()", position)
      if not position then return nil end
      if json:sub (position, position) == '"' then
        value, position = text_at (json, position + 1)
      else
        local word, after = json:match ("^([%w%+%-%.]+)()", position)
        value, position = tonumber (word) or word, after
      end
      if not position then return nil end
      fields[name] = value
      position = json:match ("^%s*,?%s*()", position)
    end
    return nil
  end

  -- Files and folders.

  local function exists (path)
    return ARDOUR.LuaAPI.file_test (path, kExists)
  end

  local function is_folder (path)
    return ARDOUR.LuaAPI.file_test (path, kIsFolder)
  end

  local function read (path)
    local file = io.open (path, "r")
    if not file then return nil end
    local text = file:read ("a")
    file:close ()
    return text
  end

  local function write (path, text)
    local file = assert (io.open (path .. ".tmp", "w"))
    local written = file:write (text)
    assert (file:close () and written, "cannot write " .. path)
    assert (os.rename (path .. ".tmp", path))
  end

  -- False where it is not there yet: in Ardour's interface the command may end after this call.
  local function make_folder (path)
    if is_folder (path) then return true end
    os.execute ("umask 077; mkdir -p '" .. path:gsub ("'", "'\\''") .. "'")
    return is_folder (path)
  end

  -- The same places that the service finds (generator/base/xdg.cpp).

  local function absolute (name)
    local path = os.getenv (name)
    return path and path:sub (1, 1) == "/" and path or nil
  end

  local function place (own, xdg, fallback)
    return absolute (own) or ((absolute (xdg) or os.getenv ("HOME") .. fallback) .. "/dgx-music")
  end

  local function runtime_folder ()
    if absolute ("DGX_MUSIC_RUNTIME_DIR") or absolute ("XDG_RUNTIME_DIR") then
      return place ("DGX_MUSIC_RUNTIME_DIR", "XDG_RUNTIME_DIR", "")
    end
    local user = (read ("/proc/self/status") or ""):match ("\nUid:%s*(%d+)")
    if user and is_folder ("/run/user/" .. user) then return "/run/user/" .. user .. "/dgx-music" end
    return place ("DGX_MUSIC_DATA_DIR", "XDG_DATA_HOME", "/.local/share") .. "/run"
  end

  local function off_file ()
    return place ("DGX_MUSIC_CONFIG_DIR", "XDG_CONFIG_HOME", "/.config") .. "/ardour-placing-off"
  end

  -- FNV-1a with 64 bits: names a folder, and nobody else computes it.
  local function hash (text)
    local value = 0xcbf29ce484222325
    for i = 1, #text do value = (value ~ text:byte (i)) * 0x100000001b3 end
    return string.format ("%016x", value)
  end

  -- proc(5): the process, and when it began.
  local function process ()
    local stat = read ("/proc/self/stat") or ""
    local fields = {}
    for field in stat:sub ((stat:find (") ", 1, true) or 0) + 2):gmatch ("%S+") do
      fields[#fields + 1] = field
    end
    return tonumber (stat:match ("^(%d+)")), tonumber (fields[20])
  end

  -- What is told of the session.

  local folder = nil     -- Of this session; nil until there is one
  local next_order = ""  -- The path of next.json
  local session_path = ""
  local pid, started = nil, nil
  local placing = ""
  local told = ""
  local playhead = 0

  local function facts ()
    if not Session:transport_rolling () then playhead = Session:transport_sample () end
    local position = Temporal.timepos_t (playhead)
    local tempo_map = Temporal.TempoMap.read ()
    local meter = tempo_map:meter_at (position)
    local all = {
      { "version", 2 },
      { "path", session_path },
      { "name", Session:name () },
      { "rate", math.floor (Session:nominal_sample_rate ()) },
      { "bpm", tempo_map:tempo_at (position):quarter_notes_per_minute () },
      { "meter_beats", math.floor (meter:divisions_per_bar ()) },
      { "meter_unit", math.floor (meter:note_value ()) },
      { "playhead", playhead },
    }
    local range = Editor:get_selection ().time
    if range:start_sample () < range:end_sample () then
      all[#all + 1] = { "range_start", range:start_sample () }
      all[#all + 1] = { "range_end", range:end_sample () }
    end
    all[#all + 1] = { "recording", Session:actively_recording () }
    all[#all + 1] = { "placing_is_on", not exists (off_file ()) }
    all[#all + 1] = { "placing", placing }
    all[#all + 1] = { "pid", pid }
    all[#all + 1] = { "started", started }
    return encode (all)
  end

  local function tell_facts ()
    local text = facts ()
    if text == told then return end
    write (folder .. "/facts.json", text)
    told = text
  end

  local function open_session ()
    session_path = Session:path ()
    local wanted = runtime_folder () .. "/ardour/" .. hash (session_path)
    if not make_folder (wanted) then return end
    folder = wanted
    next_order = folder .. "/next.json"
    pid, started = process ()
    told = ""
    tell_facts ()
  end

  -- Placing. What goes wrong for a reason that the person can mend is an error that is a table with
  -- a sentence.

  local function refuse (sentence)
    error ({ sentence = sentence }, 0)
  end

  local function audio_track (route)
    if route:isnil () then return nil end
    local track = route:to_track ()
    if track:isnil () or track:data_type ():to_string () ~= "audio" then return nil end
    return track
  end

  local function new_track (order, name)
    local tracks = Session:new_audio_track (math.floor (order.channels), 2, nil, 1, name,
      ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
    if tracks:size () == 0 then refuse ("Ardour made no new track") end
    return tracks:front ()
  end

  local function target_track (order)
    if order.track == "new" then return new_track (order, order.name) end
    if order.track == "selected" then
      for route in Editor:get_selection ().tracks:routelist ():iter () do
        local track = audio_track (route)
        if track then return track end
      end
      refuse ("no audio track is selected in Ardour; select one, name one, or ask for a new one")
    end
    local route = Session:route_by_name (order.track)
    if route:isnil () then refuse ('the session has no track "' .. order.track .. '"') end
    return audio_track (route) or refuse ('"' .. order.track .. '" is no audio track')
  end

  local function target_sample (at)
    if at == "playhead" then return Session:transport_sample () end
    local sample = at:match ("^sample:(%d+)$")
    if sample then return math.tointeger (tonumber (sample)) end
    local bar = at:match ("^bar:(%d+)$")
    if not bar then refuse ('"' .. at .. '" is no place') end
    local tempo_map = Temporal.TempoMap.read ()
    local start = Temporal.BBT_TIME (math.tointeger (tonumber (bar)), 1, 0)
    return tempo_map:sample_at_beats (tempo_map:quarters_at_bbt (start))
  end

  -- The regions of that name, or of one that begins so: Ardour names a region after the file that
  -- it imported; of sources Ardour 7.3 gives scripts neither name nor path safely.
  local function regions_of (name)
    local found = {}
    for route in Session:get_tracks ():iter () do
      local track = route:to_track ()
      for region in track:playlist ():region_list ():iter () do
        if region:name ():sub (1, #name) == name then
          found[#found + 1] = { name = region:name (), track = track,
            sample = region:position ():samples (), length = region:length ():samples () }
        end
      end
    end
    return found
  end

  -- Onto that track; without one, onto as many new ones as a MIDI file has tracks with notes.
  local function import (path, track, sample)
    local files = C.StringVector ()
    files:push_back (path)
    -- ImportSerializeFiles: with ImportDistinctFiles the track would be ignored.
    Editor:do_import (files, track and Editing.ImportSerializeFiles or Editing.ImportDistinctFiles,
      track and Editing.ImportToTrack or Editing.ImportAsTrack,
      ARDOUR.SrcQuality.SrcBest, ARDOUR.MidiTrackNameSource.SMFTrackName,
      ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore, Temporal.timepos_t (sample),
      ARDOUR.PluginInfo (), track or ARDOUR.Track (), false)
  end

  -- Ardour calls regions and tracks of MIDI NAME-TAG.PART-1 and NAME-TAG.PART-1-t1.
  local function name_midi_tracks (file)
    local beginning = file.name .. "."
    for _, region in ipairs (file.regions) do
      local part = region.name:sub (#beginning + 1):match ("^(.+)%-%d+$")
      if part and region.track:name ():sub (1, #beginning) == beginning then
        region.track:set_name (part .. " MIDI")
      end
    end
  end

  -- The files of an order, and how Ardour names their regions. Those of parts are called
  -- NAME.PART-TAG.wav and NAME-TAG.mid.
  local function files_of (order)
    if not order.parts then
      return { { path = order.path, name = order.name .. "-" .. order.tag } }
    end
    local files = {}
    for file in order.parts:gmatch ("[^\n]+") do
      files[#files + 1] = { path = folder .. "/" .. file, name = file:sub (1, -5),
        part = file:sub (#order.name + 2, -#order.tag - 6), is_midi = file:sub (-4) == ".mid" }
    end
    return files
  end

  local function track_of (order, file)
    if file.is_midi then return nil end
    if file.part then return new_track (order, file.part) end
    return target_track (order)
  end

  -- Files that the session holds already are not imported again, and say where the others go: Ardour
  -- or the service ended between the import and the word of it.
  local function place (order)
    local files, sample, placed = files_of (order), nil, {}
    for _, file in ipairs (files) do
      file.regions = regions_of (file.name)
      sample = sample or file.regions[1] and file.regions[1].sample
    end
    sample = sample or target_sample (order.at)
    for _, file in ipairs (files) do
      if #file.regions == 0 then
        import (file.path, track_of (order, file), sample)
        file.regions = regions_of (file.name)
      end
      if #file.regions == 0 then
        refuse ('Ardour did not import "' .. file.name .. '"; its log window says why')
      end
      if file.is_midi then name_midi_tracks (file) end
      table.move (file.regions, 1, #file.regions, #placed + 1, placed)
    end
    return order.parts and placed or { placed[1] }
  end

  -- The fields of done-ID.json.
  local function carry_out (order)
    local placed = place (order)
    local names, tracks = {}, {}
    for i, region in ipairs (placed) do
      names[i], tracks[i] = region.name, region.track:name ()
    end
    return {
      { "insertion_id", order.insertion_id },
      { "region", table.concat (names, ", ") },
      { "track", table.concat (tracks, ", ") },
      { "sample", placed[1].sample },
      { "length", placed[1].length },
    }
  end

  local function is_at_leisure ()
    return not Session:actively_recording () and not Session:engine ():freewheeling ()
  end

  -- Makes the order ours; nil where there is none that can be read.
  local function claim ()
    local order = decode (read (next_order) or "")
    if not order or not tostring (order.insertion_id):match ("^%w+$") then return nil end
    placing = order.insertion_id
    tell_facts ()
    local claimed = folder .. "/claimed-" .. placing .. ".json"
    if not os.rename (next_order, claimed) then return nil end
    -- Between the look and the rename the service may have put another order there.
    order = decode (read (claimed) or "")
    if order and order.insertion_id == placing then return order, claimed end
    os.rename (claimed, next_order)
    return nil
  end

  local function take_order ()
    local order, claimed = claim ()
    if order then
      local ok, outcome = pcall (carry_out, order)
      if ok then
        write (folder .. "/done-" .. order.insertion_id .. ".json", encode (outcome))
      else
        local sentence = type (outcome) == "table" and outcome.sentence or tostring (outcome)
        write (folder .. "/failed-" .. order.insertion_id .. ".json", encode ({
          { "insertion_id", order.insertion_id }, { "message", sentence } }))
      end
      os.remove (claimed)
    end
    placing = ""
    tell_facts ()
  end

  -- What the program said that an action ran, as it failed; nil where there is nothing, or where a
  -- dialog would be in the way.
  local function take_notice ()
    local path = folder .. "/notice.txt"
    if not exists (path) or not is_at_leisure () then return nil end
    local text = read (path)
    os.remove (path)
    return text and text:gsub ("dgx%-music: ", ""):match ("^%s*(.-)%s*$")
  end

  local function step (ticks)
    if ticks % kTicksBetweenFacts == 0 and Session:path () ~= session_path then folder = nil end
    if not folder then open_session () end
    if not folder then return end
    if ticks % kTicksBetweenFacts == 0 then tell_facts () end
    if exists (next_order) and not exists (off_file ()) and is_at_leisure () then take_order () end
  end

  local function show (text, kind)
    LuaDialog.Message ("DGX Music", text, kind, LuaDialog.ButtonType.Close):run ()
  end

  -- An error that leaves a hook removes it; and an import or a dialog runs the main loop, and with it
  -- the timer.
  local ticks = 0
  local busy, showing, explained = false, false, false
  return function (signal)
    if busy or not Session then return end
    if not io or not os then
      if not explained then
        explained = true
        show ("Ardour keeps scripts from reading files (Preferences, \"Sandbox all Lua scripts\"), so takes cannot be placed on the timeline.",
          LuaDialog.MessageType.Warning)
      end
      return
    end
    busy = true
    if signal == LuaSignal.SetSession then folder = nil end
    ticks = ticks + 1
    local ok, problem = pcall (step, ticks)
    if not ok then print ("DGX Music: " .. tostring (problem)) end
    local looks = folder and not showing and ticks % kTicksBetweenFacts == 0
    local notice = looks and take_notice ()
    busy = false
    if not notice then return end
    showing = true  -- Takes are placed meanwhile.
    show (notice, LuaDialog.MessageType.Warning)
    showing = false
  end
end
