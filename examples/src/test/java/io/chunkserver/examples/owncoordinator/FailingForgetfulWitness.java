package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.testkit.CoordinatorScript;
import java.io.IOException;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The property with the faulty coordinator. It fails, so it has a name that the build does not run; {@link ForgetfulWitnessTest} does. */
class FailingForgetfulWitness extends CoordinatorProperty {

    @Override
    CoordinatorScript.Opening opening() {
        return (self, disk, others, environment) -> new ForgetfulWitness(self, disk, others, environment).start();
    }

    /** Of one seed, and shrunk for as long as it takes, so that the same is found every time. */
    @Override
    @Property(
            tries = 300,
            seed = "1",
            edgeCases = EdgeCasesMode.NONE,
            shrinking = ShrinkingMode.FULL,
            afterFailure = AfterFailureMode.RANDOM_SEED)
    void anyScriptKeepsThePromises(@ForAll("scripts") CoordinatorScript script) throws IOException {
        super.anyScriptKeepsThePromises(script);
    }
}
