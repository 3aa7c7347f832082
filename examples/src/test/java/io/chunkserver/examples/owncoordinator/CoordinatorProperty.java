package io.chunkserver.examples.owncoordinator;

import io.chunkserver.core.testkit.CoordinatorScript;
import java.io.IOException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever clients, members, time and crashes do around it, a coordinator keeps the promises of the protocol. */
abstract class CoordinatorProperty {

    abstract CoordinatorScript.Opening opening();

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anyScriptKeepsThePromises(@ForAll("scripts") CoordinatorScript script) throws IOException {
        script.run(opening());
    }

    @Provide
    Arbitrary<CoordinatorScript> scripts() {
        return CoordinatorScript.scripts();
    }
}
