-- SPDX-License-Identifier: Apache-2.0
-- usage: ardour7-lua make_plain_session.lua FOLDER NAME: a session of one stereo audio track.
local session = create_session(arg[1], arg[2], 48000)
assert(session, "the session was not created")
local tracks = session:new_audio_track(2, 2, nil, 1, "Guitar \"1\"", ARDOUR.PresentationInfo.max_order,
  ARDOUR.TrackMode.Normal, true)
assert(tracks:size() == 1, "the track was not made")
sleep(1) -- Ardour connects new tracks in a thread of its own.
assert(session:save_state("", false, false, false, false, false) == 0, "the session was not saved")
print("MADE")
session:close()
quit()
