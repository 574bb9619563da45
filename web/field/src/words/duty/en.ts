// Patrol, report and incidents, in English.

import type zh from './zh-CN.ts';

const en: Record<keyof typeof zh, string> = {
  'page.home': 'Patrol',
  'page.start': 'Start a patrol',
  'page.report': 'Report',
  'page.incident': 'Incident',
  'page.incidents': 'Records',
  'page.patrols': 'Patrols',
  'page.map': 'Map',
  'page.tasks': 'Tasks and messages',
  'page.hand-over': 'Hand-over',
  'page.sos': 'SOS',
  'page.enrol': 'Enrol this phone',
  'page.lock': 'Locked',
  'page.settings': 'Settings',

  'bar.home': 'Patrol',
  'bar.map': 'Map',
  'bar.incidents': 'Records',
  'bar.tasks': 'Tasks',

  'nav.back': 'Back',
  'where.all_safe': 'All at the centre',
  'where.here': '{n} still on this phone',

  'app.opening': 'Opening this phone’s records…',
  'app.not_opened': 'This phone’s records did not open',

  'window.title': 'Open in another window',
  'window.body':
    'Only one window may record at a time, so that nothing is damaged. If you take over, the other window stops; everything saved is kept.',
  'window.take_over': 'Take over here',

  'fault.input': 'This was not accepted and not saved. Check it and try again.',
  'fault.unknown': 'This record was not found. Go back to the list and look for it there.',
  'fault.broken':
    'The app made an error and this step was not done. Everything saved before is kept; try again.',
  'fault.no_conflict': 'This has been settled already.',
  'fault.sync':
    'This hand-over did not finish. Everything is still on this phone and is tried again by itself.',
  'fault.store':
    'This phone’s storage did not take it. Look at the free space and do not switch off; what was saved before is kept.',
  'fault.not_enrolled': 'This phone is not enrolled yet. Enrol it first.',
  'fault.no_patrol': 'No patrol is being recorded. Start one first.',
  'fault.patrol_open': 'A patrol is being recorded already. Stop that one first.',
  'fault.paused': 'The patrol is paused. Resume it first.',
  'fault.feed_closed': 'This phone’s records in its former unit are closed. Call the duty officer.',
  'fault.fix': 'This position could not be used and was not recorded. Try again under open sky.',
  'fault.document': 'This record cannot be changed now. What it says is unchanged; try again later.',
  'fault.file': 'The file was not stored. Earlier photos and voice notes are not affected; try again.',
  'fault.damaged':
    'This piece of data is damaged and was not used. Nothing else is affected; tell the administrator.',
  'fault.unread':
    'This comes from a newer version that cannot be read here. It is kept and handed over unchanged.',
  'fault.too_long': 'This is too long and was not saved. Split it up.',
  'fault.locked': 'Locked. Enter the PIN and try again; recording goes on.',
  'fault.wrong_pin': 'Wrong PIN. Wait a little and try again.',
  'fault.other_window': 'Another window is using this phone’s records. Use that one, or take over here.',
  'fault.already_enrolled': 'This phone is enrolled already.',
  'fault.code': 'The enrolment code is wrong or used up. Ask the duty officer for another.',
  'fault.offline':
    'The centre cannot be reached. Everything stays on this phone and is handed over when there is signal.',
  'fault.centre': 'The centre did not take it. Everything is still on this phone; tell the duty officer.',
  'fault.busy': 'Already under way; wait a moment.',
  'fault.unproved':
    'Some records have no receipt yet, so signing out is not possible. Hand over or export first.',
  'fault.full': 'Not enough free space. Delete other files from the phone; what is saved here is kept.',
  'fault.no_permission':
    'Permission is missing. Allow location, camera and microphone in the phone’s settings.',
  'fault.unsupported': 'This phone cannot do that here. Use another way.',
  'fault.cancelled': 'Cancelled; nothing has changed.',
  'fault.failed': 'This step was not done. Everything saved before is kept; try again.',

  'whereabouts.refused': 'quarantined',
  'whereabouts.waiting_for_key': 'on this phone, waiting for the key',
  'whereabouts.here': 'on this phone',
  'whereabouts.acknowledged': 'acknowledged',
  'whereabouts.at_centre': 'at the centre',
};

export default en;
