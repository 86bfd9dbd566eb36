-- SPDX-License-Identifier: Apache-2.0
-- usage: lua5.3 actions_test.lua LUA_SCRIPTS
-- The actions with an Ardour of tables: what they run, and what they say. Each test gets a desk.
local scripts = arg[1]
local all_desks = assert (io.popen ("mktemp -d")):read ("l")
local desk_count = 0
local kActions = { "dgx_generate.lua", "dgx_import_latest_take.lua" }

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

-- A session at 120 BPM in 4/4 with 48000 Hz, its hook, and a program that is `true`.
local function new_desk ()
  desk_count = desk_count + 1
  local folder = all_desks .. "/" .. desk_count
  local desk = { folder = folder, path = folder .. "/my song's", bpm = 120, beats = 4, unit = 4,
    rate = 48000, playhead = 96000, range = { 0, 0 }, tracks = {}, recording = false,
    exporting = false, program = "/bin/true", said = {}, ran = {}, questions = nil, answer = nil }
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
    nominal_sample_rate = function () return desk.rate + 0.0 end }
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

-- That the action says one sentence with these words, and runs nothing.
local function check_refusal (desk, name, words)
  run (desk, name)
  check (#desk.said == 1 and desk.said[1]:find (words, 1, true), name, words, desk.said[1])
  check (#desk.ran == 0, name, "ran something")
end

-- What the program was given, joined; its own path and the shell's part are looked at here.
local function arguments (desk)
  check (#desk.said == 0, desk.said[1])
  check (#desk.ran == 1, #desk.ran)
  local words = desk.ran[1]
  check (words[1] == "/bin/sh" and words[2] == "-c" and words[5] == desk.hook .. "/notice.txt", words[5])
  check (words[6] == desk.program, words[6])
  return table.concat (words, "|", 7)
end

local function answer (changes)
  local all = { prompt = " lo-fi \"beat\" ", length = "bars, as many as below", bars = 8.0,
    model = "the best installed", track = "new" }
  for key, value in pairs (changes or {}) do all[key] = value end
  return all
end

local function value_of (words, flag)
  return ("|" .. words .. "|"):match ("|" .. flag:gsub ("%-", "%%-") .. "|([^|]*)|")
end

local tests = {}

tests["An action that cannot work says why and runs nothing"] = function ()
  for _, name in ipairs (kActions) do
    local function refusal (words, change)
      local desk = new_desk ()
      change (desk)
      check_refusal (desk, name, words)
    end
    refusal ("Sandbox all Lua scripts", function (desk) desk.sandboxed = true end)
    refusal ("Ardour records", function (desk) desk.recording = true end)
    refusal ("Ardour exports", function (desk) desk.exporting = true end)
    refusal ("There is no program /nowhere", function (desk) desk.program = "/nowhere" end)
    refusal ("does not run in this session", function (desk) os.remove (desk.hook .. "/facts.json") end)
    refusal ("does not run in this session", function (desk) desk.path = "/another" end)
    refusal ("does not run in this session", function (desk)
      write (desk.hook .. "/facts.json", '{"pid":1,"placing_is_on":true}')
    end)
    refusal ("switched off", function (desk)
      write (desk.hook .. "/facts.json", (desk.facts:gsub ("true", "false")))
    end)
  end
end

tests["The latest take is asked for onto a new track, where the playhead is"] = function ()
  local desk = new_desk ()
  run (desk, "dgx_import_latest_take.lua")
  local words = arguments (desk)
  check (words == "insert|latest|--session|" .. desk.path .. "|--track|new|--at|sample:96000", words)
end

tests["Generate asks for bars at the tempo, meter and rate of the session"] = function ()
  local desk = new_desk ()
  desk.bpm, desk.beats, desk.unit, desk.rate = 92.5, 6, 8, 44100
  desk.answer = answer ({ track = "Guitar \"1\"", model = "sketch" })
  run (desk, "dgx_generate.lua")
  local words = arguments (desk)
  check (words == "generate|--json|--insert|--session|" .. desk.path .. "|--output-dir|" .. desk.path
    .. "/dgx-music/takes|--track|Guitar \"1\"|--at|sample:96000|--bpm|92.5|--bars|8|--time-signature|6/8"
    .. "|--sample-rate|44100|--model|sketch|--|lo-fi \"beat\"", words)
end

tests["A selected range is asked for as bars where it is whole bars, else as seconds"] = function ()
  local function asked (change)
    local desk = new_desk ()
    desk.range, desk.answer = { 48000, 48000 + 4 * 96000 }, answer ({ length = "the selected range" })
    if change then change (desk) end
    run (desk, "dgx_generate.lua")
    return arguments (desk)
  end
  check (value_of (asked (), "--bars") == "4", asked ())
  check (value_of (asked (), "--at") == "sample:48000", asked ())
  local odd = asked (function (desk) desk.range[2] = 48000 + 60000 end)
  check (value_of (odd, "--duration") == "1.25" and not value_of (odd, "--bars"), odd)
  -- 7 bars of 3/4 at 101 BPM are 598811.88... samples.
  local rounded = asked (function (desk)
    desk.bpm, desk.beats, desk.range = 101, 3, { 0, 598812 }
  end)
  check (value_of (rounded, "--bars") == "7", rounded)
  local beside = asked (function (desk) desk.bpm, desk.beats, desk.range = 101, 3, { 0, 598814 } end)
  check (value_of (beside, "--duration") == "12.4752916667", beside)
end

tests["Meters and rates that no request can say are left out"] = function ()
  local desk = new_desk ()
  desk.beats, desk.rate, desk.answer = 3.5, 32000, answer ()
  run (desk, "dgx_generate.lua")
  local words = arguments (desk)
  check (not value_of (words, "--time-signature") and not value_of (words, "--sample-rate"), words)
end

tests["Generate offers the range, the track and the models that there are"] = function ()
  local function questions (change)
    local desk = new_desk ()
    desk.program = desk.folder .. "/it's a program"
    write (desk.program, [[#!/bin/sh
      [ "$*" = "models list --json" ] &&
        echo '{"models":[{"id":"sketch","state":"built-in"},{"id":"big","state":"installed"},{"id":"far","state":"available"},{"id":"torn","state":"broken"}]}']])
    os.execute ("chmod +x " .. quoted (desk.program))
    change (desk)
    run (desk, "dgx_generate.lua")
    check (#desk.ran == 0 and #desk.said == 0, "it was cancelled")
    local by_key = {}
    for _, question in ipairs (desk.questions) do by_key[question.key or "text"] = question end
    return by_key
  end
  local plain = questions (function () end)
  check (not plain.length.values["the selected range"])
  check (plain.model.values.sketch and plain.model.values.big, "the models")
  check (not plain.model.values.far and not plain.model.values.torn, "models that cannot be used")
  check (next (plain.track.values) == "a new track", next (plain.track.values))
  local rich = questions (function (desk)
    desk.range = { 0, 1000 }
    desk.tracks = { track ("Master", "bus"), track ("Keys", "midi"), track ("Guitar", "audio") }
  end)
  check (rich.length.default == "the selected range", rich.length.default)
  check (rich.track.values["the track Guitar"] == "Guitar", "the selected track")
  check (rich.track.default == "a new track", rich.track.default)
end

tests["An empty prompt is refused"] = function ()
  local desk = new_desk ()
  desk.answer = answer ({ prompt = " \t " })
  check_refusal (desk, "dgx_generate.lua", "the prompt is empty")
end

tests["What the program says as it fails is left for the hook, and nothing else"] = function ()
  local function left (program)
    local desk = new_desk ()
    desk.program = desk.folder .. "/program"
    write (desk.program, "#!/bin/sh\n" .. program)
    os.execute ("chmod +x " .. desk.program)
    run (desk, "dgx_import_latest_take.lua")
    local words = {}
    for i, word in ipairs (desk.ran[1]) do words[i] = quoted (word) end
    os.execute (table.concat (words, " "))
    local files = assert (io.popen ("ls " .. quoted (desk.hook))):read ("a")
    local notice = desk.hook .. "/notice.txt"
    return files, exists (notice) and text_of (notice)
  end
  local files, notice = left ("echo fine; echo noise >&2")
  check (files == "facts.json\n" and not notice, files)
  files, notice = left ("echo out; echo \"dgx-music: no $1\" >&2; exit 2")
  check (files == "facts.json\nnotice.txt\n", files)
  check (notice == "dgx-music: no insert\n", notice)
  files, notice = left ("exit 3")
  check (notice == "The program ended and did not say why.\n", notice)
end

tests["What actions have in common is the same in each"] = function ()
  local common = nil
  for _, name in ipairs (kActions) do
    local part = text_of (scripts .. "/" .. name):match ("\n  %-%- From here: the same.-\n  %-%- Until here%.\n")
    check (part, name, "has no such part")
    check (not common or part == common, name, "differs")
    common = part
  end
end

local failed = 0
for name, test in pairs (tests) do
  local ok, problem = pcall (test)
  print ((ok and "ok   " or "FAIL ") .. name .. (ok and "" or ": " .. tostring (problem)))
  if not ok then failed = failed + 1 end
end
os.execute ("rm -r " .. all_desks)
os.exit (failed == 0 and 0 or 1)
