-- The rate limit: never more than `count` admitted requests of a bucket within any `window`. One call, many requests.
--
-- KEYS[i]          list  the bucket of request i: the times (ms) of its last `count` admissions, newest first.
--                        All have one hash tag: {rate}, in a cluster {rate:n}. A bucket may occur several times
-- ARGV[3i-2]       count of request i
-- ARGV[3i-1]       window of request i in ms
-- ARGV[3i]         weight of request i: how many times it counts, from 1 to its count. Below 0 it gives so many back
--
-- Returns one string: for every request, in order, 0 (admitted) or the ms to wait, separated by spaces.
-- A refused request is not recorded, so retrying does not prolong the wait. A list expires with its newest time.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local answers = {}
for i, key in ipairs(KEYS) do
  local count, window, weight = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local oldest = weight > 0 and redis.pcall('LINDEX', key, count - weight)
  if type(oldest) == 'table' then
    redis.call('DEL', key)
    oldest = false
  end
  local wait = oldest and (tonumber(oldest) or 0) + window - now or 0
  if wait > window then wait = window end
  if weight < 0 then
    answers[i] = 0
    redis.pcall('LPOP', key, -weight)
  elseif wait > 0 then
    answers[i] = wait
  else
    answers[i] = 0
    for from = 1, weight, 1000 do
      local times = {}
      for n = 1, math.min(1000, weight - from + 1) do times[n] = now end
      redis.call('LPUSH', key, unpack(times))
    end
    redis.call('LTRIM', key, 0, count - 1)
    redis.call('PEXPIRE', key, window)
  end
end
return table.concat(answers, ' ')
