-- The waiting room in front of ONE thing on sale: who may book now, who waits, and in which order. It first admits those whose turn it is.
--
-- KEYS[1]  hash    state: last (place given), passed (how many have left the queue), credit and at (admissions earned until
--                  that ms), born (ms; another value means that Redis has lost the room)
-- KEYS[2]  zset    waiting: visitor -> place. Who joins before the opening has a random place below 2^40, everybody else
--                  2^40 + the microsecond of joining, each more than the last. So an order survives the loss of this state
-- KEYS[3]  zset    turns: visitor -> ms at which the turn ends
-- KEYS[4]  zset    here: waiting visitor -> ms at which the page was last there
-- KEYS[5]  zset    admitted: one member for each admission of the last 60 s -> ms
-- KEYS[6]  hash    claims: visitor -> "ms key", the booking that is using the turn until that ms
-- KEYS[7]  zset    used: key of a booking that has used a turn -> ms
-- KEYS[8]  hash    addresses: client address -> how many visitors have joined from it
-- KEYS[9]  hash    joins: number of a span of 5 s -> how many have joined in it
-- ARGV[1]  visitors admitted a minute; 0 admits nobody
-- ARGV[2]  ms that a turn lasts
-- ARGV[3]  free places, -1 if not known. No more turns than free places are open at once
-- ARGV[4]  ms until the opening, 0 if it is open
-- ARGV[5]  ms after which a waiting visitor whose page has not been there is dropped
-- ARGV[6]  JSON list with four texts for each request: what, visitor, value, address
--
--   J  join; value is a random number from 0 to 2^40, or "=place" for a visitor that Redis has lost
--   N  the same for a visitor whose id is new, so that it cannot be in the room yet
--   S  say where the visitor is           H  the visitor's page is there (no answer)
--   C  claim the turn for a booking, value is its key or ""        U  the claimed turn is used, R it is given back
--   L  leave
--
-- Returns one string of lines: first "waiting turns admitted joins wait passed born open", where wait is the ms until the next admission
-- (-1: nobody is admitted, -2: others have turns for all places). Then a line for each request:
--   t ms        the visitor has a turn for so long          w rank place n   waits behind rank others; n joined from the address
--   -           has no place                                 f                nothing is free
--   c  claimed    p  may book without a turn    b  another booking is using the turn    0  must wait
-- Never more than the rate are admitted in any 60 s. While visitors wait, they are admitted evenly.
-- Those who join in one call are written together, at the latest before a request that must find them.

local WINDOW, LOTTERY, CLAIM, DAY = 60000, 1099511627776, 60000, 86400
local state, waiting, turns, here, admitted, claims, used, addresses, joins = unpack(KEYS)
local rate, turn, free, opening, away =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local written = false

redis.call('ZREMRANGEBYSCORE', turns, '-inf', now)
redis.call('ZREMRANGEBYSCORE', admitted, '-inf', now - WINDOW)
local count, open_turns, queue = redis.call('ZCARD', admitted), redis.call('ZCARD', turns), redis.call('ZCARD', waiting)
local passed = 0

local function leave(visitor)
  if redis.call('ZREM', waiting, visitor) == 0 then return false end
  redis.call('ZREM', here, visitor)
  queue, passed, written = queue - 1, passed + 1, true
  return true
end

local function room()
  if opening > 0 then return 0 end
  local left = rate - count
  if free >= 0 and free - open_turns < left then left = free - open_turns end
  return math.max(left, 0)
end

local function admit(visitor)
  count = count + 1
  redis.call('ZADD', admitted, now, visitor .. ' ' .. now .. ' ' .. count)
  written = true
end

local function give_turn(visitor)
  admit(visitor)
  open_turns = open_turns + 1
  redis.call('ZADD', turns, now + turn, visitor)
end

if queue > 0 then
  for _, visitor in ipairs(redis.call('ZRANGEBYSCORE', here, '-inf', now - away, 'LIMIT', 0, 200)) do
    if not leave(visitor) then redis.call('ZREM', here, visitor) end
  end
end
if queue > 0 then
  local earned = redis.call('HMGET', state, 'credit', 'at')
  local most = math.max(1, rate / 30)
  local credit = math.min((tonumber(earned[1]) or 1) + (now - (tonumber(earned[2]) or now)) * rate / WINDOW, most)
  -- A visitor who is gone is passed over. So five looks, and the rest in the next call.
  for _ = 1, 5 do
    local next_ones = math.min(math.floor(credit), room(), queue)
    if next_ones <= 0 then break end
    for _, visitor in ipairs(redis.call('ZRANGE', waiting, 0, next_ones - 1)) do
      local seen = tonumber(redis.call('ZSCORE', here, visitor)) or 0
      leave(visitor)
      if seen > now - away then
        give_turn(visitor)
        credit = credit - 1
      end
    end
  end
  redis.call('HSET', state, 'credit', tostring(credit), 'at', now)
  written = true
end

local function place_of(visitor)
  local ends = redis.call('ZSCORE', turns, visitor)
  if ends then return 't ' .. string.format('%.0f', ends - now) end
  local place = redis.call('ZSCORE', waiting, visitor)
  if not place then return nil end
  redis.call('ZADD', here, 'XX', now, visitor)
  return 'w ' .. redis.call('ZRANK', waiting, visitor) .. ' ' .. place .. ' 0'
end

local answers = {''}
local last           -- greatest place given or kept so far, read with the first join that needs it
local joining = {}   -- visitor -> true: has joined in this call and is not written yet
local joined = {}    -- these joins in their order: number of the request, rank or nil, place, visitor, address

local function write_joins()
  if #joined == 0 then return end
  local places, seen, from = {}, {}, {}
  for i, one in ipairs(joined) do
    places[2 * i - 1], places[2 * i] = one.place, one.visitor
    seen[2 * i - 1], seen[2 * i] = now, one.visitor
    from[one.address] = (from[one.address] or 0) + 1
  end
  redis.call('ZADD', waiting, unpack(places))
  redis.call('ZADD', here, unpack(seen))
  redis.call('HINCRBY', joins, math.floor(now / 5000), #joined)
  if last then redis.call('HSET', state, 'last', string.format('%.0f', last)) end
  for address, count in pairs(from) do
    from[address] = address ~= '' and redis.call('HINCRBY', addresses, address, count) or 0
  end
  for i = #joined, 1, -1 do
    local one = joined[i]
    local rank = one.rank or redis.call('ZRANK', waiting, one.visitor)
    answers[one.number] = 'w ' .. rank .. ' ' .. string.format('%.0f', one.place) .. ' ' .. from[one.address]
    from[one.address] = math.max(from[one.address] - 1, 0)
  end
  joining, joined, last, written = {}, {}, nil, true
end

local function join(number, visitor, value, address, is_new)
  local known = not is_new and place_of(visitor)
  if known then return known end
  if free == 0 then return 'f' end
  local lost = string.match(value, '^=(%d+)$')
  if not lost and queue == 0 and room() > 0 then
    give_turn(visitor)
    return 't ' .. turn
  end
  local place, rank
  if lost or opening > 0 then
    place = tonumber(lost or value)
  else
    if not last then
      -- Nobody who waits has a greater place than the last of the queue, whatever was restored into it.
      local final = redis.call('ZRANGE', waiting, -1, -1, 'WITHSCORES')
      last = math.max(tonumber(redis.call('HGET', state, 'last')) or 0, tonumber(final[2]) or 0)
    end
    last = math.max(last + 1, LOTTERY + clock[1] * 1000000 + clock[2])
    place, rank = last, queue
  end
  joining[visitor], joined[#joined + 1] =
    true, {number = number, rank = rank, place = place, visitor = visitor, address = address}
  queue = queue + 1
  if not rank or #joined >= 1000 then write_joins() end
  return ''
end

local function claim(visitor, key)
  if key ~= '' and redis.call('ZSCORE', used, key) then return 'p' end
  if visitor ~= '' and redis.call('ZSCORE', turns, visitor) then
    local claimed = redis.call('HGET', claims, visitor)
    local until_ms, by = string.match(claimed or '', '^(%d+) (.*)$')
    if until_ms and tonumber(until_ms) > now and (by ~= key or key == '') then return 'b' end
    redis.call('HSET', claims, visitor, (now + CLAIM) .. ' ' .. key)
    written = true
    return 'c'
  end
  if free == 0 or opening > 0 then return 'p' end
  if queue == 0 and room() > 0 then
    admit(visitor)
    return 'p'
  end
  return '0'
end

local asked = cjson.decode(ARGV[6])
for i = 1, #asked, 4 do
  local what, visitor, value, address = asked[i], asked[i + 1], asked[i + 2], asked[i + 3]
  local number, answer = #answers + 1, ''
  answers[number] = ''
  if joining[visitor] then write_joins() end
  if what == 'N' or what == 'J' then
    answer = join(number, visitor, value, address, what == 'N')
  elseif what == 'S' then
    answer = place_of(visitor) or '-'
  elseif what == 'H' then
    redis.call('ZADD', here, 'XX', now, visitor)
  elseif what == 'C' then
    answer = claim(visitor, value)
  elseif what == 'U' then
    open_turns = open_turns - redis.call('ZREM', turns, visitor)
    redis.call('HDEL', claims, visitor)
    if value ~= '' then redis.call('ZADD', used, now, value) end
    written = true
  elseif what == 'R' then
    redis.call('HDEL', claims, visitor)
  elseif what == 'L' then
    leave(visitor)
    open_turns = open_turns - redis.call('ZREM', turns, visitor)
    answer = '-'
  end
  if answer ~= '' then answers[number] = answer end
end
write_joins()

local recent, spans = 0, redis.call('HGETALL', joins)
for i = 1, #spans, 2 do
  if tonumber(spans[i]) * 5000 <= now - WINDOW then
    redis.call('HDEL', joins, spans[i])
  else
    recent = recent + spans[i + 1]
  end
end
if written then
  redis.call('HSETNX', state, 'born', now)
  if passed > 0 then redis.call('HINCRBY', state, 'passed', passed) end
  redis.call('ZREMRANGEBYSCORE', used, '-inf', now - DAY * 1000)
  for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, DAY) end
end
local kept = redis.call('HMGET', state, 'passed', 'born')
local wait = 0
if rate == 0 then
  wait = -1
elseif opening > 0 then
  wait = opening
elseif free >= 0 and open_turns >= free then
  wait = -2
elseif count >= rate then
  local oldest = redis.call('ZRANGE', admitted, 0, 0, 'WITHSCORES')
  wait = oldest[2] and math.max(oldest[2] + WINDOW - now, 0) or 0
end
answers[1] = table.concat(
  {queue, open_turns, count, recent, string.format('%.0f', wait), kept[1] or 0, kept[2] or 0, opening > 0 and 0 or 1}, ' ')
return table.concat(answers, '\n')
