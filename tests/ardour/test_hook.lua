-- SPDX-License-Identifier: Apache-2.0
ardour { ["type"] = "EditorHook", name = "Test hook" }
-- Saves the session when TEST_FOLDER/save is there, moves the playhead to the sample that is written
-- in TEST_FOLDER/locate, runs the action that is named in TEST_FOLDER/press, and measures a tick at
-- rest of the hook in TEST_FOLDER/measure, in microseconds.
function factory () return function ()
  local folder = os.getenv ("TEST_FOLDER")
  local exists = ARDOUR.LuaAPI.FileTest.Exists
  if ARDOUR.LuaAPI.file_test (folder .. "/save", exists) then
    Session:save_state ("", false, false, false, false, false)
    os.remove (folder .. "/save")
  end
  local place = io.open (folder .. "/locate")
  if place then
    Session:request_locate (math.tointeger (place:read ("n")), false,
      ARDOUR.LocateTransportDisposition.MustStop, ARDOUR.TransportRequestSource.TRS_UI)
    place:close ()
    os.remove (folder .. "/locate")
  end
  local action = io.open (folder .. "/press")
  if action then
    local name = action:read ("l")
    action:close ()
    os.remove (folder .. "/press")
    Editor:access_action ("LuaAction", name)
  end
  local file = io.open (folder .. "/measure")
  if not file then return end
  local source = file:read ("a")
  file:close ()
  local tick = load ("local A = ... ; function ardour () end " .. source .. "\nreturn factory (A)") ()
  local slowest, count = 0, 1000
  tick (LuaSignal.LuaTimerDS)
  local start = ARDOUR.LuaAPI.monotonic_time ()
  for _ = 1, count do
    local before = ARDOUR.LuaAPI.monotonic_time ()
    tick (LuaSignal.LuaTimerDS)
    slowest = math.max (slowest, ARDOUR.LuaAPI.monotonic_time () - before)
  end
  local mean = (ARDOUR.LuaAPI.monotonic_time () - start) / count
  local out = io.open (folder .. "/measured.tmp", "w")
  out:write (string.format ("%.1f %d", mean, slowest))
  out:close ()
  os.remove (folder .. "/measure")
  os.rename (folder .. "/measured.tmp", folder .. "/measured")
end end
