-- Seat admission: says which requests for places of ONE slot may go on to Postgres. This is advice; Postgres decides.
--
-- KEYS[1]  hash  state: free (capacity - booked, as last written from Postgres), revision (of the slot row then),
--                keys ("1": `asked` knows every booked hold), wide (most places one hold ever took; absent means 1)
-- KEYS[2]  zset  holds: hold_id -> expiry in ms; a hold of n places has the further members hold_id+2 .. hold_id+n
-- KEYS[3]  zset  asked: hold_id -> second at which it was admitted or booked
-- ARGV[1]  lifetime of a hold in ms
-- ARGV[2]  slack: requests let through beyond the free places, because some of those in flight will be refused
-- ARGV[3]  seconds for which `asked` keeps a hold
-- ARGV[4..] pairs hold_id, places
--
-- Returns one string with one character per pair, in order:
--   1 go         ask Postgres; the places are held until settled or for the lifetime of a hold. A party that is larger than
--                the free places and the slack together holds none: waiting cannot help it, and Postgres says what is free
--   0 full       Postgres said at some revision that nothing is free, and this hold was never admitted before
--   2 contended  other requests in flight want every free place
--   - unknown    no state, or one that may be wrong: ask Postgres
-- A hold that was admitted before is admitted again, even if the slot is full now: Postgres keeps its first answer.

local asking = {}
for i = 4, #ARGV, 2 do asking[#asking + 1] = ARGV[i] end

local function unknown() return string.rep('-', #asking) end

local state = redis.pcall('HMGET', KEYS[1], 'free', 'revision', 'keys', 'wide')
if state.err then return unknown() end
local function whole(value) return value and #value <= 15 and string.match(value, '^%-?%d+$') and tonumber(value) end
local free, revision, wide = whole(state[1]), whole(state[2]), whole(state[4]) or 1
if not free or not revision then return unknown() end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local dropped = redis.pcall('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if type(dropped) == 'table' and dropped.err then return unknown() end
local passed = redis.pcall('ZMSCORE', KEYS[3], unpack(asking))
if passed.err then return unknown() end
local held = redis.call('ZMSCORE', KEYS[2], unpack(asking))
local taken = redis.call('ZCARD', KEYS[2])
local limit = free + ARGV[2]
local expiry = now + ARGV[1]

local answers, holds, asked, here, widest = {}, {}, {}, {}, wide
for i, hold in ipairs(asking) do
  local places = whole(ARGV[3 + 2 * i]) or 1
  if held[i] or passed[i] or here[hold] then
    answers[i] = '1'
  elseif free <= 0 then
    answers[i] = state[3] == '1' and '0' or '-'
  elseif places > limit then
    answers[i] = '1'
  elseif taken + places > limit then
    answers[i] = '2'
  else
    answers[i] = '1'
    here[hold] = true
    taken = taken + places
    widest = math.max(widest, places)
    holds[#holds + 1], holds[#holds + 2] = expiry, hold
    for n = 2, places do holds[#holds + 1], holds[#holds + 2] = expiry, hold .. '+' .. n end
    asked[#asked + 1], asked[#asked + 2] = clock[1], hold
  end
end

if #asked > 0 then
  if widest > wide then redis.call('HSET', KEYS[1], 'wide', widest) end
  for from = 1, #holds, 2000 do redis.call('ZADD', KEYS[2], unpack(holds, from, math.min(from + 1999, #holds))) end
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
  redis.call('ZADD', KEYS[3], unpack(asked))
  redis.call('EXPIRE', KEYS[3], ARGV[3])
end
return table.concat(answers)
