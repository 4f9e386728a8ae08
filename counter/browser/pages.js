// The plain pages work without this; it only says when the hall can keep nothing.
import { conditionMark } from '../../core/web/browser/condition.js';
import { watchHall } from '../../core/web/browser/live.js';

watchHall(conditionMark());
