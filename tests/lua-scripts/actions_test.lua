-- SPDX-License-Identifier: Apache-2.0
-- usage: lua5.3 actions_test.lua LUA_SCRIPTS
-- What the actions run in the background, and what they say.
local d = dofile (arg[0]:match ("^(.*)/") .. "/desk.lua")
local kActions = { "dgx_generate.lua", "dgx_import_latest_take.lua",
  "dgx_import_latest_take_as_parts.lua" }

-- What the program was given, joined; its own path and the shell's part are looked at here.
local function arguments (desk)
  d.check (#desk.said == 0, desk.said[1])
  d.check (#desk.ran == 1, #desk.ran)
  local words = desk.ran[1]
  d.check (words[1] == "/bin/sh" and words[2] == "-c" and words[5] == desk.hook .. "/notice.txt", words[5])
  d.check (words[6] == desk.program, words[6])
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
      local desk = d.new_desk ()
      change (desk)
      d.check_refusal (desk, name, words)
    end
    refusal ("Sandbox all Lua scripts", function (desk) desk.sandboxed = true end)
    refusal ("Ardour records", function (desk) desk.recording = true end)
    refusal ("Ardour exports", function (desk) desk.exporting = true end)
    refusal ("There is no program /nowhere", function (desk) desk.program = "/nowhere" end)
    refusal ("does not run in this session", function (desk) os.remove (desk.hook .. "/facts.json") end)
    refusal ("does not run in this session", function (desk) desk.path = "/another" end)
    refusal ("does not run in this session", function (desk)
      d.write (desk.hook .. "/facts.json", '{"pid":1,"placing_is_on":true}')
    end)
    refusal ("switched off", function (desk)
      d.write (desk.hook .. "/facts.json", (desk.facts:gsub ("true", "false")))
    end)
  end
end

tests["The latest take is asked for onto a new track, where the playhead is"] = function ()
  local desk = d.new_desk ()
  d.run (desk, "dgx_import_latest_take.lua")
  local words = arguments (desk)
  d.check (words == "insert|latest|--session|" .. desk.path .. "|--track|new|--at|sample:96000", words)
end

tests["The parts of the latest take are asked for where the playhead is"] = function ()
  local desk = d.new_desk ()
  d.run (desk, "dgx_import_latest_take_as_parts.lua")
  local words = arguments (desk)
  d.check (words == "insert|latest|--session|" .. desk.path .. "|--track|parts|--at|sample:96000", words)
end

tests["Stems are asked for where each part is to have its track, and only there"] = function ()
  local function asked (track)
    local desk = d.new_desk ()
    desk.answer = answer ({ track = track })
    d.run (desk, "dgx_generate.lua")
    return arguments (desk)
  end
  local words = asked ("parts")
  d.check (value_of (words, "--track") == "parts" and words:find ("|--stems|--|", 1, true), words)
  d.check (not asked ("new"):find ("--stems", 1, true), asked ("new"))
end

tests["Generate asks for bars at the tempo, meter and rate of the session"] = function ()
  local desk = d.new_desk ()
  desk.bpm, desk.beats, desk.unit, desk.rate = 92.5, 6, 8, 44100
  desk.answer = answer ({ track = "Guitar \"1\"", model = "sketch" })
  d.run (desk, "dgx_generate.lua")
  local words = arguments (desk)
  d.check (words == "generate|--json|--insert|--session|" .. desk.path .. "|--output-dir|" .. desk.path
    .. "/dgx-music/takes|--track|Guitar \"1\"|--at|sample:96000|--bpm|92.5|--bars|8|--time-signature|6/8"
    .. "|--sample-rate|44100|--model|sketch|--|lo-fi \"beat\"", words)
end

tests["A selected range is asked for as bars where it is whole bars, else as seconds"] = function ()
  local function asked (change)
    local desk = d.new_desk ()
    desk.range, desk.answer = { 48000, 48000 + 4 * 96000 }, answer ({ length = "the selected range" })
    if change then change (desk) end
    d.run (desk, "dgx_generate.lua")
    return arguments (desk)
  end
  d.check (value_of (asked (), "--bars") == "4", asked ())
  d.check (value_of (asked (), "--at") == "sample:48000", asked ())
  local odd = asked (function (desk) desk.range[2] = 48000 + 60000 end)
  d.check (value_of (odd, "--duration") == "1.25" and not value_of (odd, "--bars"), odd)
  -- 7 bars of 3/4 at 101 BPM are 598811.88... samples.
  local rounded = asked (function (desk)
    desk.bpm, desk.beats, desk.range = 101, 3, { 0, 598812 }
  end)
  d.check (value_of (rounded, "--bars") == "7", rounded)
  local beside = asked (function (desk) desk.bpm, desk.beats, desk.range = 101, 3, { 0, 598814 } end)
  d.check (value_of (beside, "--duration") == "12.4752916667", beside)
end

tests["Meters and rates that no request can say are left out"] = function ()
  local desk = d.new_desk ()
  desk.beats, desk.rate, desk.answer = 3.5, 32000, answer ()
  d.run (desk, "dgx_generate.lua")
  local words = arguments (desk)
  d.check (not value_of (words, "--time-signature") and not value_of (words, "--sample-rate"), words)
end

tests["Generate offers the range, the track and the models that there are"] = function ()
  local function questions (change)
    local desk = d.new_desk ()
    d.write_program (desk, [[
      [ "$*" = "models list --json" ] &&
        echo '{"models":[{"id":"sketch","state":"built-in"},{"id":"big","state":"installed"},{"id":"far","state":"available"},{"id":"torn","state":"broken"}]}']])
    change (desk)
    d.run (desk, "dgx_generate.lua")
    d.check (#desk.ran == 0 and #desk.said == 0, "it was cancelled")
    local by_key = {}
    for _, question in ipairs (desk.questions) do by_key[question.key or "text"] = question end
    return by_key
  end
  local plain = questions (function () end)
  d.check (not plain.length.values["the selected range"])
  d.check (plain.model.values.sketch and plain.model.values.big, "the models")
  d.check (not plain.model.values.far and not plain.model.values.torn, "models that cannot be used")
  local names = {}
  for name in pairs (plain.track.values) do names[#names + 1] = name end
  table.sort (names)
  names = table.concat (names, "; ")
  d.check (names == "a new track; new tracks, one for each part (sketch)", names)
  local rich = questions (function (desk)
    desk.range = { 0, 1000 }
    desk.tracks = { d.track ("Master", "bus"), d.track ("Keys", "midi"), d.track ("Guitar", "audio") }
  end)
  d.check (rich.length.default == "the selected range", rich.length.default)
  d.check (rich.track.values["the track Guitar"] == "Guitar", "the selected track")
  d.check (rich.track.default == "a new track", rich.track.default)
end

tests["An empty prompt is refused"] = function ()
  local desk = d.new_desk ()
  desk.answer = answer ({ prompt = " \t " })
  d.check_refusal (desk, "dgx_generate.lua", "the prompt is empty")
end

tests["What the program says as it fails is left for the hook, and nothing else"] = function ()
  local function left (program)
    local desk = d.new_desk ()
    d.write_program (desk, program)
    d.run (desk, "dgx_import_latest_take.lua")
    local words = {}
    for i, word in ipairs (desk.ran[1]) do words[i] = d.quoted (word) end
    os.execute (table.concat (words, " "))
    local files = assert (io.popen ("ls " .. d.quoted (desk.hook))):read ("a")
    local notice = desk.hook .. "/notice.txt"
    return files, d.exists (notice) and d.text_of (notice)
  end
  local files, notice = left ("echo fine; echo noise >&2")
  d.check (files == "facts.json\n" and not notice, files)
  files, notice = left ("echo out; echo \"dgx-music: no $1\" >&2; exit 2")
  d.check (files == "facts.json\nnotice.txt\n", files)
  d.check (notice == "dgx-music: no insert\n", notice)
  files, notice = left ("exit 3")
  d.check (notice == "The program ended and did not say why.\n", notice)
end

tests["What actions have in common is the same in each"] = function ()
  local common = nil
  for _, name in ipairs (kActions) do
    local part = d.text_of (d.scripts .. "/" .. name):match ("\n  %-%- From here: the same.-\n  %-%- Until here%.\n")
    d.check (part, name, "has no such part")
    d.check (not common or part == common, name, "differs")
    common = part
  end
end

d.run_all (tests)
