-- SPDX-License-Identifier: Apache-2.0
-- usage: lua5.3 licence_report_test.lua LUA_SCRIPTS
local d = dofile (arg[0]:match ("^(.*)/") .. "/desk.lua")
local kAction = "dgx_licence_report.lua"

-- A program that knows names with "mg" as MusicGen's and with "sk" as the sketch model's, and counts
-- how often it was asked.
local kProgram = [[
  echo "$1 $2 $3 $4" >>"$0.asked"
  shift 4
  for name; do
    case $name in
      *mg*) printf '%s\tmusicgen-small\tCC-BY-NC-4.0\tNot for commercial use.\n' "$name" ;;
      *sk*) printf '%s\tsketch\tMIT\tMade by rules.\n' "$name" ;;
      *) printf '%s\t-\t-\t-\n' "$name" ;;
    esac
  done]]

local function desk_with (regions)
  local desk = d.new_desk ()
  d.write_program (desk, kProgram)
  for i, name in ipairs (regions) do
    local track = "Track " .. i % 2
    if not desk.regions[track] then
      desk.regions[track] = {}
      table.insert (desk.order, track)
    end
    table.insert (desk.regions[track], d.region (desk, name, i * 1000, 500))
  end
  return desk
end

local function rows_of (desk)
  local rows = {}
  for i, question in ipairs (desk.questions) do rows[i] = question.type .. "|" .. question.title end
  return rows
end

local function muted_of (desk)
  local names = {}
  for _, track in ipairs (desk.order) do
    for _, region in ipairs (desk.regions[track]) do
      if region.muted then names[#names + 1] = region:name () end
    end
  end
  table.sort (names)
  return table.concat (names, " ")
end

local tests = {}

tests["It says why it cannot work"] = function ()
  local function refusal (words, change)
    local desk = desk_with ({ "mg" })
    change (desk)
    d.check_refusal (desk, kAction, words)
    d.check (not desk.questions, "it asked")
  end
  refusal ("Sandbox all Lua scripts", function (desk) desk.sandboxed = true end)
  refusal ("Ardour records", function (desk) desk.recording = true end)
  refusal ("Ardour exports", function (desk) desk.exporting = true end)
  refusal ("There is no program /nowhere", function (desk) desk.program = "/nowhere" end)
  refusal ("The licences are not known: the history is damaged", function (desk)
    d.write_program (desk, "echo 'dgx-music: the history is damaged' >&2; exit 1")
  end)
  refusal ("The licences are not known: the program did not answer", function (desk) d.write_program (desk, "exit 0") end)
end

tests["A session without takes has nothing to report"] = function ()
  d.check_refusal (desk_with ({}), kAction, "No region of this session is known")
  d.check_refusal (desk_with ({ "guitar" }), kAction, "No region of this session is known")
end

tests["Regions are told by licence and model, with their tracks"] = function ()
  local desk = desk_with ({ "sk 'one'", "guitar", "mg", "sk two" })
  d.run (desk, kAction)
  local told = table.concat (rows_of (desk), "\n")
  d.check (told == table.concat ({
    "heading|CC-BY-NC-4.0 (musicgen-small): 1 region", "label|Not for commercial use.",
    "label|Track 1: mg", "heading|MIT (sketch): 2 regions", "label|Made by rules.",
    "label|Track 1: sk 'one'", "label|Track 0: sk two", "checkbox|Mark them on the timeline",
    "checkbox|Mute all of them" }, "\n"), told)
  d.check (#desk.marks == 0 and #desk.undo_steps == 0, "a report changed the session")
  local asked = d.text_of (desk.program .. ".asked")
  d.check (asked == "licences --session " .. desk.path .. " --\n", asked)
end

tests["A long list is cut, and many regions are asked for in several turns"] = function ()
  local names = {}
  for i = 1, 1001 do names[i] = "mg " .. i end
  local desk = desk_with (names)
  d.run (desk, kAction)
  local rows = rows_of (desk)
  d.check (rows[1] == "heading|CC-BY-NC-4.0 (musicgen-small): 1001 regions", rows[1])
  d.check (#rows == 17 and rows[15] == "label|and 989 more; marking shows where", #rows, rows[15])
  local _, turns = d.text_of (desk.program .. ".asked"):gsub ("\n", "")
  d.check (turns == 3, turns)
end

tests["Takes are muted in one step, and nothing else is"] = function ()
  local desk = desk_with ({ "mg", "guitar", "sk" })
  desk.answer = { mark = false, mute = true }
  d.run (desk, kAction)
  d.check (muted_of (desk) == "mg sk", muted_of (desk))
  d.check (#desk.undo_steps == 1 and #desk.undo_steps[1] == 2, "not one step for Undo")
  d.check (#desk.marks == 0, "marked")
end

tests["Each take gets a range of its licence, once"] = function ()
  local desk = desk_with ({ "mg", "guitar", "sk" })
  desk.answer = { mark = true, mute = false }
  d.run (desk, kAction)
  d.run (desk, kAction)
  local told = {}
  for i, mark in ipairs (desk.marks) do
    told[i] = mark:name () .. " " .. mark:start ():samples () .. " " .. mark:_end ():samples ()
  end
  table.sort (told)
  d.check (table.concat (told, "\n")
    == "CC-BY-NC-4.0 (musicgen-small) 1000 1500\nMIT (sketch) 3000 3500", table.concat (told, "\n"))
  d.check (muted_of (desk) == "", muted_of (desk))
end

d.run_all (tests)
