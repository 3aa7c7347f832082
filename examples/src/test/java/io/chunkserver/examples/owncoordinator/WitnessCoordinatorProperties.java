package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.testkit.CoordinatorScript;

class WitnessCoordinatorProperties extends CoordinatorProperty {

    @Override
    CoordinatorScript.Opening opening() {
        return (self, disk, others, environment) -> new WitnessCoordinator(self, disk, others, environment).start();
    }
}
