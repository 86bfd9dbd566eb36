-- SPDX-License-Identifier: Apache-2.0
ardour {
  ["type"] = "EditorAction",
  name = "DGX: Licence report",
  author = "DGX Music",
  license = "Apache-2.0",
  description = [[Tells which regions of the session are takes of DGX Music, from which model and under which licence. It can mark them on the timeline, and mute all of them.]]
}

function factory () return function ()
  local kProgram = "dgx-music"  -- 'dgx-music ardour install' writes its own path here.
  local kNamesAtOnce = 500      -- A command line has an end.
  local kLinesOfALicence = 12   -- And so has a screen.

  local function say (text)
    LuaDialog.Message ("DGX Music", text, LuaDialog.MessageType.Info,
      LuaDialog.ButtonType.Close):run ()
  end

  local function quoted (word)
    return "'" .. word:gsub ("'", "'\\''") .. "'"
  end

  -- Why nothing can be told, or nil.
  local function obstacle ()
    if not io or not os then
      return "Ardour keeps scripts from files and programs (Preferences, \"Sandbox all Lua scripts\"), so this action cannot work."
    end
    if Session:actively_recording () then return "Ardour records. Do this when it has stopped." end
    if Session:engine ():freewheeling () then return "Ardour exports. Do this when it is done." end
    if not ARDOUR.LuaAPI.file_test (kProgram, ARDOUR.LuaAPI.FileTest.IsExecutable) then
      return "There is no program " .. kProgram .. " any more. Leave Ardour and run 'dgx-music ardour install' again."
    end
    return nil
  end

  -- Every region on a track, with the track's name.
  local function all_regions ()
    local found = {}
    for route in Session:get_tracks ():iter () do
      for region in route:to_track ():playlist ():region_list ():iter () do
        found[#found + 1] = { region = region, name = region:name (), track = route:name () }
      end
    end
    return found
  end

  -- Adds model, licence and notice to each that is a take; fails with what the program says.
  local function ask_program (places)
    local words = {}
    for i, place in ipairs (places) do words[i] = quoted (place.name) end
    local pipe = io.popen (quoted (kProgram) .. " licences --session " .. quoted (Session:path ())
      .. " -- " .. table.concat (words, " ") .. " 2>&1")
    local lines = {}
    for line in pipe:lines () do lines[#lines + 1] = line end
    if not pipe:close () or #lines ~= #places then
      lines[1] = lines[1] or "the program did not answer"
      error ((table.concat (lines, "\n"):gsub ("dgx%-music: ", "")), 0)
    end
    for i, place in ipairs (places) do
      local model, licence, notice = lines[i]:match ("\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
      if model ~= "-" then
        place.model, place.licence, place.notice = model, licence, notice
      end
    end
  end

  -- Those that are takes.
  local function takes_among (places)
    for first = 1, #places, kNamesAtOnce do
      ask_program (table.move (places, first, math.min (first + kNamesAtOnce - 1, #places), 1, {}))
    end
    local takes = {}
    for _, place in ipairs (places) do
      if place.model then takes[#takes + 1] = place end
    end
    return takes
  end

  local function title_of (take)
    return take.licence .. " (" .. take.model .. ")"
  end

  -- By licence and model: a title, the notice and the regions.
  local function grouped (takes)
    local groups, by_title = {}, {}
    for _, take in ipairs (takes) do
      local title = title_of (take)
      if not by_title[title] then
        by_title[title] = { title = title, notice = take.notice, takes = {} }
        groups[#groups + 1] = by_title[title]
      end
      table.insert (by_title[title].takes, take)
    end
    table.sort (groups, function (a, b) return a.title < b.title end)
    return groups
  end

  local function add_group (rows, group)
    rows[#rows + 1] = { type = "heading", title = group.title .. ": "
      .. #group.takes .. (#group.takes == 1 and " region" or " regions") }
    rows[#rows + 1] = { type = "label", title = group.notice }
    for i, take in ipairs (group.takes) do
      if i > kLinesOfALicence then
        rows[#rows + 1] = { type = "label", title = "and " .. #group.takes - kLinesOfALicence
          .. " more; marking shows where" }
        return
      end
      rows[#rows + 1] = { type = "label", title = take.track .. ": " .. take.name }
    end
  end

  -- What the person wants done with them, or nil.
  local function report (takes)
    local rows = {}
    for _, group in ipairs (grouped (takes)) do add_group (rows, group) end
    rows[#rows + 1] = { type = "checkbox", key = "mark", default = false,
      title = "Mark them on the timeline" }
    rows[#rows + 1] = { type = "checkbox", key = "mute", default = false, title = "Mute all of them" }
    for _, row in ipairs (rows) do row.align, row.colspan = "left", 2 end
    return LuaDialog.Dialog ("DGX Music: licences", rows):run ()
  end

  -- A range over each, called after its licence; one that is there already is not made again.
  local function mark (takes)
    local there = {}
    local function key (name, first, last) return name .. "\n" .. first .. "\n" .. last end
    for location in Session:locations ():list ():iter () do
      there[key (location:name (), location:start ():samples (), location:_end ():samples ())] = true
    end
    for _, take in ipairs (takes) do
      local first = take.region:position ()
      local last = first + take.region:length ()
      local name = key (title_of (take), first:samples (), last:samples ())
      if not there[name] then
        Session:locations ():add_range (first, last):set_name (title_of (take))
        there[name] = true
      end
    end
  end

  -- One step for Undo.
  local function mute (takes)
    Session:begin_reversible_command ("DGX: Mute takes")
    for _, take in ipairs (takes) do
      take.region:to_stateful ():clear_changes ()
      take.region:set_muted (true)
      Session:add_stateful_diff_command (take.region:to_statefuldestructible ())
    end
    Session:commit_reversible_command (nil)
  end

  local problem = obstacle ()
  if problem then return say (problem) end
  local told, takes = pcall (takes_among, all_regions ())
  if not told then return say ("The licences are not known: " .. tostring (takes)) end
  if #takes == 0 then return say ("No region of this session is known as a take of DGX Music.") end
  local wish = report (takes)
  if wish and wish.mark then mark (takes) end
  if wish and wish.mute then mute (takes) end
end end
