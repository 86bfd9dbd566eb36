-- SPDX-License-Identifier: Apache-2.0
-- An Ardour of tables for the tests of actions: `local d = dofile (...)`; each test makes a desk, runs
-- an action on it, and looks at what was run (`ran`) and what was said (`said`, `questions`).
local scripts = arg[1]
local all_desks = assert (io.popen ("mktemp -d")):read ("l")
local desk_count = 0

local function text_of (path)
  local file = assert (io.open (path))
  local text = file:read ("a")
  file:close ()
  return text
end

local function write (path, text)
  local file = assert (io.open (path, "w"))
  file:write (text)
  file:close ()
end

local function quoted (word)
  return "'" .. word:gsub ("'", "'\\''") .. "'"
end

local function exists (path)
  return os.rename (path, path) and true or false
end

-- FNV-1a, by which the hook names the folder of a session.
local function hash (text)
  local value = 0xcbf29ce484222325
  for i = 1, #text do value = (value ~ text:byte (i)) * 0x100000001b3 end
  return string.format ("%016x", value)
end

local function list (values)
  return { iter = function ()
    local i = 0
    return function () i = i + 1 return values[i] end
  end }
end

local function track (name, kind)
  return { name = function () return name end,
    to_track = function () return {
      isnil = function () return kind == "bus" end,
      data_type = function () return { to_string = function () return kind end } end } end }
end

local function region (desk, name, position, length)
  local function at (samples)
    return setmetatable ({ value = samples, samples = function () return samples end },
      { __add = function (a, b) return at (a.value + b.value) end })
  end
  local made = { muted = false }
  made.name = function () return name end
  made.position = function () return at (position) end
  made.length = function () return at (length) end
  made.set_muted = function (_, muted)
    if desk.undoing then made.muted = muted end
  end
  made.to_stateful = function () return { clear_changes = function () end } end
  made.to_statefuldestructible = function () return made end
  return made
end

local function tracks_of (desk)
  local tracks = {}
  for i, name in ipairs (desk.order) do
    tracks[i] = track (name, "audio")
    local to_track = tracks[i].to_track
    tracks[i].to_track = function ()
      local all = to_track ()
      all.playlist = function () return { region_list = function ()
        return list (desk.regions[name]) end } end
      return all
    end
  end
  return list (tracks)
end

local function locations_of (desk)
  return {
    list = function () return list (desk.marks) end,
    add_range = function (_, first, last)
      local mark = { called = "", start = function () return first end, _end = function () return last end }
      mark.name = function () return mark.called end
      mark.set_name = function (_, name) mark.called = name end
      desk.marks[#desk.marks + 1] = mark
      return mark
    end }
end

-- A session at 120 BPM in 4/4 with 48000 Hz, its hook, and a program that is `true`.
local function new_desk ()
  desk_count = desk_count + 1
  local folder = all_desks .. "/" .. desk_count
  local desk = { folder = folder, path = folder .. "/my song's", bpm = 120, beats = 4, unit = 4,
    rate = 48000, playhead = 96000, range = { 0, 0 }, tracks = {}, recording = false,
    exporting = false, program = "/bin/true", said = {}, ran = {}, questions = nil, answer = nil,
    order = {}, regions = {}, marks = {}, undoing = false, undo_steps = {} }
  desk.hook = folder .. "/dgx-music/ardour/" .. hash (desk.path)
  os.execute ("mkdir -p " .. quoted (desk.hook))
  -- This process is the Ardour: its id is that of the one that reads /proc/self.
  desk.facts = '{"pid":' .. text_of ("/proc/self/stat"):match ("^%d+") .. ',"placing_is_on":true}'
  write (desk.hook .. "/facts.json", desk.facts)
  return desk
end

local function environment_of (desk)
  local variables = { HOME = desk.folder, XDG_RUNTIME_DIR = desk.folder }
  local env = setmetatable ({}, { __index = _G })
  env.os = setmetatable ({
    getenv = function (name) return variables[name] end,
    forkexec = function (...)
      desk.ran[#desk.ran + 1] = { ... }
      return false
    end }, { __index = os })
  env.ARDOUR = { LuaAPI = {
    FileTest = { IsDir = "-d", IsExecutable = "-x", Exists = "-e" },
    file_test = function (path, kind)
      return os.execute ("test " .. kind .. " " .. quoted (path)) or false
    end } }
  env.Temporal = {
    timepos_t = function (sample) return sample end,
    TempoMap = { read = function () return {
      tempo_at = function () return { quarter_notes_per_minute = function () return desk.bpm end } end,
      meter_at = function () return { divisions_per_bar = function () return desk.beats end,
        note_value = function () return desk.unit end } end } end } }
  env.Session = {
    path = function () return desk.path end,
    actively_recording = function () return desk.recording end,
    engine = function () return { freewheeling = function () return desk.exporting end } end,
    transport_sample = function () return desk.playhead end,
    nominal_sample_rate = function () return desk.rate + 0.0 end,
    get_tracks = function () return tracks_of (desk) end,
    locations = function () return locations_of (desk) end,
    begin_reversible_command = function () desk.undoing = {} end,
    add_stateful_diff_command = function (_, what) table.insert (desk.undoing, what) end,
    commit_reversible_command = function ()
      table.insert (desk.undo_steps, desk.undoing)
      desk.undoing = false
    end }
  env.Editor = { get_selection = function () return {
    time = { start_sample = function () return desk.range[1] end,
      end_sample = function () return desk.range[2] end },
    tracks = { routelist = function () return list (desk.tracks) end } } end }
  env.LuaDialog = {
    MessageType = {}, ButtonType = {},
    Message = function (_, text)
      return { run = function () desk.said[#desk.said + 1] = text end }
    end,
    Dialog = function (_, questions)
      desk.questions = questions
      return { run = function () return desk.answer end }
    end }
  return env
end

local function run (desk, name)
  local source = text_of (scripts .. "/" .. name)
    :gsub ('kProgram = "dgx%-music"', function () return "kProgram = " .. string.format ("%q", desk.program) end)
  local env = environment_of (desk)
  env.ardour = function () end
  if desk.sandboxed then env.io, env.os = false, false end
  assert (load (source, name, "t", env)) ()
  env.factory () ()
end

local function check (holds, ...)
  if holds then return end
  local words = table.pack (...)
  for i = 1, words.n do words[i] = tostring (words[i]) end
  error (table.concat (words, " | "), 2)
end

local function write_program (desk, text)
  desk.program = desk.folder .. "/it's a program"
  write (desk.program, "#!/bin/sh\n" .. text)
  os.execute ("chmod +x " .. quoted (desk.program))
end

-- That the action says one sentence with these words, and runs nothing.
local function check_refusal (desk, name, words)
  run (desk, name)
  check (#desk.said == 1 and desk.said[1]:find (words, 1, true), name, words, desk.said[1])
  check (#desk.ran == 0, name, "ran something")
end

-- Runs the tests, by name, and ends the program.
local function run_all (tests)
  local failed = 0
  for name, test in pairs (tests) do
    local ok, problem = pcall (test)
    print ((ok and "ok   " or "FAIL ") .. name .. (ok and "" or ": " .. tostring (problem)))
    if not ok then failed = failed + 1 end
  end
  os.execute ("rm -r " .. all_desks)
  os.exit (failed == 0 and 0 or 1)
end

return { scripts = scripts, text_of = text_of, write = write, write_program = write_program,
  quoted = quoted, exists = exists, track = track, region = region, new_desk = new_desk, run = run,
  check = check, check_refusal = check_refusal, run_all = run_all }
