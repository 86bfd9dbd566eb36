-- SPDX-License-Identifier: Apache-2.0
-- usage: ardour7-lua resave_session.lua FOLDER NAME [NEW_NAME]: opens a session, renames it where a
-- new name is given, saves it.
local session = load_session(arg[1], arg[2])
assert(session, "the session was not opened")
sleep(1)
if arg[3] then assert(session:rename(arg[3]) == 0, "the session was not renamed") end
assert(session:save_state("", false, false, false, false, false) == 0, "the session was not saved")
print("SAVED")
session:close()
quit()
