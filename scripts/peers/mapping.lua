-- The mapping of `fairlead-bench mapping` in a plain lua5.4 with lua-cjson, nothing between: prints median and 99th percentile in microseconds.
-- Usage: lua5.4 mapping.lua PAYLOAD COUNT
local cjson = require "cjson"
local file = assert(io.open(arg[1], "rb"))
local payload, count = file:read("a"), tonumber(arg[2])
local packages = { Engineering = "pkg_1" }

local function trim(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function map(raw)
  local application = cjson.decode(raw).payload.application
  local candidate = application.candidate
  local package = "pkg_2"
  for _, job in ipairs(application.jobs) do
    for _, department in ipairs(job.departments) do
      package = packages[department.name] or package
    end
  end
  return cjson.encode {
    external_id = "application-" .. application.id,
    package = package,
    candidate = {
      first_name = trim(candidate.first_name), last_name = trim(candidate.last_name),
      email = candidate.email_addresses[1].value, phone = candidate.phone_numbers[1].value,
    },
    metadata = { stage = application.current_stage.name, requisition = application.jobs[1].requisition_id },
  }
end

-- os.clock counts whole microseconds: each sample is the mean of twenty.
local times = {}
for i = 1, count // 20 do
  local started = os.clock()
  for _ = 1, 20 do
    map(payload)
  end
  times[i] = (os.clock() - started) * 1e6 / 20
end
table.sort(times)
print(("%.1f %.1f"):format(times[#times // 2 + 1], times[#times * 99 // 100 + 1]))
