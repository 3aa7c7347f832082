package io.chunkserver.core.commit;

import io.chunkserver.core.testkit.CoordinatorOnDisk;
import io.chunkserver.core.testkit.CoordinatorScript;
import java.io.IOException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ChainCoordinatorProperties {

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void anyScriptKeepsThePromisesOfTheProtocol(@ForAll("scripts") CoordinatorScript script) throws IOException {
        script.run(new CoordinatorOnDisk()::open);
    }

    @Provide
    Arbitrary<CoordinatorScript> scripts() {
        return CoordinatorScript.scripts();
    }
}
