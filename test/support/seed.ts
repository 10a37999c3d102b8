/**
 * Property tests draw the same examples in every run, so that a failure is a change's and not the dice's. `FC_SEED=…` draws others;
 * `npm run fuzz` looks for new ones.
 */
import fc from 'fast-check'

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FC_SEED ?? 20_261_122) })
