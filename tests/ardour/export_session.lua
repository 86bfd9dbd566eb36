-- SPDX-License-Identifier: Apache-2.0
-- usage: ardour7-lua export_session.lua FOLDER NAME TARGET_FOLDER TARGET_NAME: the first three
-- seconds of the master bus, with 16 bits a sample.
local session = load_session(arg[1], arg[2])
assert(session, "the session was not opened")
sleep(1) -- Ardour 7.3 starts an export at another frame if it is asked while a session settles.
local export = session:simple_export()
-- "WAV @ session-rate": the other presets change the level.
assert(export:set_preset("75969a1c-3133-4694-864b-a1fa50e43348"), "the preset is missing")
export:set_folder(arg[3])
export:set_name(arg[4])
export:set_range(0, 3 * session:nominal_sample_rate())
assert(export:run_export(), "the export failed")
print("EXPORTED")
session:close()
quit()
