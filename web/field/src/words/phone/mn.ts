// Map, safety, tasks, hand-over, enrolment, lock and settings, in Mongolian. A draft: no native speaker has reviewed it.

import type zh from './zh-CN.ts';

const mn: Record<keyof typeof zh, string> = {
  'phone.later': 'Дараа',
};

export default mn;
