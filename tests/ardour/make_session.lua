-- SPDX-License-Identifier: Apache-2.0
-- usage: ardour7-lua make_session.lua FOLDER NAME: a session of one MIDI track with the instrument.
local session = create_session(arg[1], arg[2], 48000)
assert(session, "the session was not created")
local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
local stereo = ARDOUR.ChanCount(ARDOUR.DataType("audio"), 2)
local tracks = session:new_midi_track(midi, stereo, true, ARDOUR.PluginInfo(), nil, nil, 1, "Inst",
  ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local plugin = ARDOUR.LuaAPI.new_plugin(session, "urn:dgx-music:instrument", ARDOUR.PluginType.LV2, "")
assert(not plugin:isnil(), "Ardour does not know the instrument")
assert(tracks:front():add_processor_by_index(plugin, 0, nil, true) == 0, "it was not added")
sleep(1) -- Ardour connects new tracks in a thread of its own.
assert(session:save_state("", false, false, false, false, false) == 0, "the session was not saved")
print("MADE")
session:close()
quit()
