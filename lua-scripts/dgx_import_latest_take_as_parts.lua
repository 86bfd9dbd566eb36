-- SPDX-License-Identifier: Apache-2.0
ardour {
  ["type"] = "EditorAction",
  name = "DGX: Import latest take as parts",
  author = "DGX Music",
  license = "Apache-2.0",
  description = [[Copies the stems and the MIDI of the newest take of DGX Music to the playhead, each part onto a new track of its own.]]
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

  local folder, problem = ready_folder ()
  if not folder then return say (problem) end
  run_in_background (folder, "insert", "latest", "--session", Session:path (),
    "--track", "parts", "--at", "sample:" .. math.floor (Session:transport_sample ()))
end end
