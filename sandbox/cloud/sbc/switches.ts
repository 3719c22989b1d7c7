import type { Switches } from '../switches.ts';

/** What the reference leaves open about the device, each with the outcomes it may turn out to have. Readers, not values: tests turn them. */
export type SbcSwitches = ReturnType<typeof defineSbcSwitches>;

export function defineSbcSwitches(switches: Switches) {
  return {
    ...defineScriptSwitches(switches),
    ...defineTableSwitches(switches),
    ...defineIniSwitches(switches),
    ...defineRestSwitches(switches),
  };
}

function defineScriptSwitches(switches: Switches) {
  return {
    administratorUploads: switches.define('sbc.administratorUploads', ['allowed', 'forbidden'], 'audiocodes-sbc §1, §25.3'),
    statusOnSuccess: switches.define('sbc.statusOnSuccess', ['success', 'absent'], 'audiocodes-sbc §10.2'),
    statusOnFailure: switches.define(
      'sbc.statusOnFailure',
      ['failure', 'failed', 'error', 'absent', 'success'],
      'audiocodes-sbc §10.2, §25.2: other literals are unknown, so is whether the field tells the truth',
    ),
    failureText: switches.define('sbc.failureText', ['printed', 'mute'], 'audiocodes-sbc §10.2: the word list is not proven'),
    output: switches.define('sbc.output', ['flattened', 'lines'], 'audiocodes-sbc §10.2'),
    afterError: switches.define('sbc.afterError', ['continues', 'stops'], 'audiocodes-sbc §11.1: row by row'),
    rollback: switches.define('sbc.rollback', ['never', 'onError'], 'audiocodes-sbc §11.1: that nothing is rolled back is assumed'),
    openRowAtEnd: switches.define('sbc.openRowAtEnd', ['discarded', 'committed'], 'audiocodes-sbc §10.1, §11.1'),
    startMode: switches.define('sbc.startMode', ['enable', 'basic'], 'audiocodes-sbc §10.1'),
    unterminatedLine: switches.define('sbc.unterminatedLine', ['ignored', 'executed'], 'audiocodes-sbc §7.1: end the file with a newline'),
    comments: switches.define('sbc.comments', ['refused', 'accepted'], 'audiocodes-sbc §10.1'),
  };
}

function defineTableSwitches(switches: Switches) {
  return {
    deleteReferenced: switches.define('sbc.deleteReferenced', ['refused', 'accepted'], 'audiocodes-sbc §10.1'),
    duplicateRuleName: switches.define('sbc.duplicateRuleName', ['accepted', 'refused'], 'audiocodes-sbc §12.2'),
    duplicatePrefix: switches.define('sbc.duplicatePrefix', ['accepted', 'refused'], 'audiocodes-sbc §12.4'),
    duplicateWinner: switches.define('sbc.duplicateWinner', ['lowestIndex', 'highestIndex'], 'audiocodes-sbc §12.4'),
    setsBeatWildcards: switches.define('sbc.setsBeatWildcards', [true, false], 'audiocodes-sbc §12.4, §25.5'),
    widestBracket: switches.define('sbc.widestBracket', [9, 4, 3], 'audiocodes-sbc §12.5: published examples show 2 and 3 digits'),
    renameUpdatesReferrers: switches.define('sbc.renameUpdatesReferrers', [false, true], 'audiocodes-sbc §9, §25.9'),
    tagWithoutName: switches.define('sbc.tagWithoutName', ['isDefault', 'isNothing'], 'audiocodes-sbc §12.6'),
  };
}

function defineIniSwitches(switches: Switches) {
  return {
    emptyTables: switches.define('sbc.emptyTables', ['omitted', 'printed'], 'audiocodes-sbc §8.1'),
    iniRowsNotMentioned: switches.define('sbc.iniRowsNotMentioned', ['kept', 'removed'], 'audiocodes-sbc §8.3, §25.4'),
    iniBadLine: switches.define('sbc.iniBadLine', ['refusesFile', 'keepsEarlierTables'], 'audiocodes-sbc §8.3, §25.4'),
  };
}

function defineRestSwitches(switches: Switches) {
  return {
    sessionLimit: switches.define('sbc.sessionLimit', ['counted', 'unlimited'], 'audiocodes-sbc §1: five users of the Web interface'),
    parallelUploads: switches.define('sbc.parallelUploads', ['refused', 'queued'], 'audiocodes-sbc §25.6'),
    iniWhileSyncing: switches.define('sbc.iniWhileSyncing', ['served', 'refused'], 'audiocodes-sbc §2 lists 409, §11.4 speaks of writes'),
    chunkedUpload: switches.define('sbc.chunkedUpload', ['refused', 'accepted'], 'audiocodes-sbc §7.1'),
    booleans: switches.define('sbc.statusBooleans', ['boolean', 'string'], 'audiocodes-sbc §3'),
    saveNeededField: switches.define('sbc.saveNeededField', ['present', 'absent'], 'audiocodes-sbc §3: absent in 7.20'),
    alarmQuery: switches.define('sbc.alarmQuery', ['supported', 'refused'], 'audiocodes-sbc §4.1: some 7.26 firmware'),
    alarmIds: switches.define('sbc.alarmIdsAfterRestart', ['goOn', 'startAgain'], 'audiocodes-sbc §4.1'),
    plainHttpRequestLine: switches.define('sbc.strayRequestLine', ['absent', 'present'], 'audiocodes-sbc §7.2: old firmware'),
    uptimeUnit: switches.define('sbc.uptimeUnit', ['centiseconds', 'seconds'], 'audiocodes-sbc §3, §25.8'),
  };
}
