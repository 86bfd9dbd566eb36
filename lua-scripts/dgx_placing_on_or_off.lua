-- SPDX-License-Identifier: Apache-2.0
ardour {
  ["type"] = "EditorAction",
  name = "DGX: Placing on or off",
  author = "DGX Music",
  license = "Apache-2.0",
  description = [[Switches off, or on again, that takes of DGX Music are placed on the timeline when 'dgx-music insert' or an assistant asks for it.]]
}

function factory () return function ()
  local function say (text)
    LuaDialog.Message ("DGX Music", text, LuaDialog.MessageType.Info,
      LuaDialog.ButtonType.Close):run ()
  end

  local function absolute (name)
    local path = os.getenv (name)
    return path and path:sub (1, 1) == "/" and path or nil
  end

  if not io or not os then
    return say ("Ardour keeps scripts from files (Preferences, \"Sandbox all Lua scripts\"), so takes are not placed at all.")
  end
  -- The same file that dgx_place_takes.lua looks for.
  local folder = absolute ("DGX_MUSIC_CONFIG_DIR")
    or (absolute ("XDG_CONFIG_HOME") or os.getenv ("HOME") .. "/.config") .. "/dgx-music"
  local path = folder .. "/ardour-placing-off"
  if ARDOUR.LuaAPI.file_test (path, ARDOUR.LuaAPI.FileTest.Exists) then
    local removed, problem = os.remove (path)
    return say (removed and "Takes are placed on the timeline again." or problem)
  end
  if not ARDOUR.LuaAPI.file_test (folder, ARDOUR.LuaAPI.FileTest.IsDir) then
    os.execute ("umask 077; mkdir -p '" .. folder:gsub ("'", "'\\''") .. "'")
  end
  local file, problem = io.open (path, "w")
  if not file then return say (problem) end
  file:close ()
  say ("No takes are placed on the timeline until this action is run again.")
end end
