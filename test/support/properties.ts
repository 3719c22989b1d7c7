import fc from 'fast-check';

/** Any fixed number will do; a failure then says with which seed and path it is seen again. */
const EVERY_RUN = 20_261_128;

/**
 * fast-check for the tests of properties. Every run draws the same values, so that a run that fails tells of the change and not of the day;
 * `PROPERTY_SEED=<number>` draws others, which is how to look for more.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? EVERY_RUN) });

export { fc };
