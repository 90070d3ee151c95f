import { runnerContract } from '../contract/runner/index.ts';
import { dockerUnderTest } from '../docker/engine.ts';

runnerContract({ name: 'Docker', start: () => dockerUnderTest({ networkMode: 'none' }) });
