import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPITAL_EM, crowdOf, missedAtOnce, space, windowOf } from '../../display/browser/board-space.js';

const LOOK = {
  shows: ['clock', 'media', 'missed', 'notices', 'recent', 'waiting'],
  layout: 'beside',
  capital: 192.7,
  row_em: 4.59,
  number_em: 2.826,
  recent: 8,
};
const HD = { width: 1920, height: 1080 };

function of(look = {}, size = HD) {
  return space({ ...size, look: { ...LOOK, ...look } });
}

test('letters keep their height at every size of screen, and the parts fit it', () => {
  for (const size of [HD, { width: 3840, height: 2160 }, { width: 1080, height: 1920 }, { width: 1280, height: 1024 }, { width: 1366, height: 768 }]) {
    for (const layout of ['beside', 'below', 'calls']) {
      for (let capital = 40; capital <= 200; capital += 5) {
        const room = of({ capital, layout }, size);
        const { calls, area, side } = room;
        assert.ok(calls.row.font * CAPITAL_EM >= capital - 0.1, `${layout} ${capital}`);
        assert.ok(calls.rows * calls.row.height <= calls.height + 1);
        assert.ok(calls.width <= area.width && calls.height <= area.height + 1);
        if (side) assert.ok(side.height > 0 && windowOf(side, side.earlier).rows >= 1);
        if (side) assert.ok(calls.slots + side.earlier >= 6 || layout === 'calls', `${layout} ${capital} ${calls.slots} ${side.earlier}`);
      }
    }
  }
});

test('nearer viewers get more rows, those far away have calls alone', () => {
  assert.ok(of({ capital: 80 }).calls.rows > of().calls.rows);
  assert.equal(of({ capital: 250 }).placed, 'none');
  assert.equal(of({ layout: 'calls' }).side, null);
});

test('a burst fits at each step, in letters as large as there is room', () => {
  const room = of();
  const sizes = room.crowds.map((wanted) => {
    const crowd = crowdOf(wanted, room, LOOK);
    assert.ok(crowd.cols * crowd.rows + (crowd.first ? 1 : 0) >= wanted);
    const height = (crowd.first ? room.calls.row.height : 0) + (crowd.rows * crowd.font) / 0.92;
    assert.ok(height <= room.area.height + 1, `${wanted}`);
    return crowd.font;
  });
  assert.deepEqual(sizes, sizes.slice().sort((a, b) => b - a));
  assert.ok(sizes[room.crowds.indexOf(10)] * CAPITAL_EM >= 80, 'ten calls: 0.29° at 10 m on 55 inches');
});

test('letters that no row has room for are as large as the screen allows', () => {
  const room = of({ capital: 600 });
  assert.ok(room.calls.rows === 1 && room.calls.row.height <= room.area.height + 1);
});

test('missed numbers stand in parts that fit', () => {
  assert.ok(missedAtOnce(['A001'], of()) >= 4);
  assert.ok(missedAtOnce(['W1000'], of({}, { width: 1080, height: 1920 })) >= 2);
});
