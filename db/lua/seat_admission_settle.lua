-- Settles seat admission for ONE slot: writes the outcome of requests, and the free places according to Postgres.
--
-- KEYS[1]  hash  state   } as in seat_admission.lua
-- KEYS[2]  zset  holds   }
-- KEYS[3]  zset  asked   }
-- ARGV[1]  free places, or "" if the transaction did not read the slot
-- ARGV[2]  revision of the slot row with these free places
-- ARGV[3]  "1": overwrite even a higher revision (Postgres was restored to an earlier state)
-- ARGV[4]  "1": after this call `asked` holds every booked hold of the slot
-- ARGV[5]  seconds for which `asked` keeps a hold
-- ARGV[6]  most members of `asked`
-- ARGV[7]  seconds for which an untouched state is kept
-- ARGV[8]  number of the following holds that were booked
-- ARGV[9..] hold ids: first the booked ones, then the others. Both are no longer held; the others leave `asked` too
--
-- Returns 0 if the state is unchanged, 1 if it was written, 2 if `asked` may lack booked holds, which must all be sent.

local function whole(value) return value and #value <= 15 and string.match(value, '^%-?%d+$') and tonumber(value) end
local function typed(key, kind)
  -- A value of another type under our key is deleted.
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
end
typed(KEYS[1], 'hash')
typed(KEYS[2], 'zset')
typed(KEYS[3], 'zset')

local state = redis.call('HMGET', KEYS[1], 'free', 'revision', 'keys', 'wide')
local readable = whole(state[1]) and whole(state[2])
local complete = ARGV[4] == '1' or (readable and state[3] == '1')
local written = 0
local revision = whole(ARGV[2])
if whole(ARGV[1]) and revision then
  if ARGV[3] == '1' or not readable or revision >= readable then
    redis.call('HSET', KEYS[1], 'free', ARGV[1], 'revision', ARGV[2], 'keys', complete and '1' or '0')
    written = 1
  end
  redis.call('EXPIRE', KEYS[1], ARGV[7])
end
if written == 0 and readable and complete and state[3] ~= '1' then redis.call('HSET', KEYS[1], 'keys', '1') end

local now = redis.call('TIME')[1]
local booked, wide = tonumber(ARGV[8]), whole(state[4]) or 1
local ended, remembered, forgotten = {}, {}, {}
for i = 9, #ARGV do
  local hold = ARGV[i]
  ended[#ended + 1] = hold
  if wide > 1 then
    -- One by one until one is missing: one party of hundreds must not make every later hold cost hundreds of names.
    local n = 2
    while redis.call('ZREM', KEYS[2], hold .. '+' .. n) == 1 do n = n + 1 end
  end
  if i - 8 <= booked then
    remembered[#remembered + 1], remembered[#remembered + 2] = now, hold
  else
    forgotten[#forgotten + 1] = hold
  end
end
local function each(command, key, list)
  for from = 1, #list, 2000 do redis.call(command, key, unpack(list, from, math.min(from + 1999, #list))) end
end
each('ZREM', KEYS[2], ended)
each('ZREM', KEYS[3], forgotten)
each('ZADD', KEYS[3], remembered)
if #remembered > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[5])
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -(ARGV[6] + 1))
  redis.call('EXPIRE', KEYS[3], ARGV[5])
end
if (readable or written == 1) and not complete then return 2 end
return written
