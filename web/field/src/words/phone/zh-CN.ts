// Map, safety, tasks, hand-over, enrolment, lock and settings, in the language the product is written in.

export default {
  'phone.later': '稍后',
} as const;
