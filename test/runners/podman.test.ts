import { runnerContract } from '../contract/runner/index.ts';
import { startEngine, TestEngine } from '../docker/engine.ts';

runnerContract({
  name: 'Podman',
  async start() {
    const started = await startEngine('podman');
    if ('unavailable' in started) return started;
    const engine = new TestEngine({ DOCKER_HOST: started.address });
    return { ...engine.underTest({ networkMode: 'none' }), stop: () => started.down() };
  },
});
