// Map, safety, tasks, hand-over, enrolment, lock and settings, in English.

import type zh from './zh-CN.ts';

const en: Record<keyof typeof zh, string> = {
  'phone.later': 'Later',
};

export default en;
