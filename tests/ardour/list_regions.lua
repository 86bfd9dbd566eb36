-- SPDX-License-Identifier: Apache-2.0
-- usage: ardour7-lua list_regions.lua FOLDER NAME: "REGION name<tab>track<tab>sample<tab>length".
local session = load_session(arg[1], arg[2])
assert(session, "the session was not opened")
for route in session:get_tracks():iter() do
  for region in route:to_track():playlist():region_list():iter() do
    print("REGION " .. table.concat({ region:name(), route:name(), region:position():samples(),
      region:length():samples() }, "\t"))
  end
end
print("LISTED")
session:close()
quit()
