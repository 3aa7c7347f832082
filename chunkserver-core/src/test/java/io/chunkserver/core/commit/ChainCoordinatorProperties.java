package io.chunkserver.core.commit;

import io.chunkserver.core.testkit.CoordinatorOnDisk;
import io.chunkserver.core.testkit.CoordinatorScript;
import io.chunkserver.core.testkit.CoordinatorScript.Begin;
import io.chunkserver.core.testkit.CoordinatorScript.Behave;
import io.chunkserver.core.testkit.CoordinatorScript.Behaviour;
import io.chunkserver.core.testkit.CoordinatorScript.Crash;
import io.chunkserver.core.testkit.CoordinatorScript.CrashAtNextCommit;
import io.chunkserver.core.testkit.CoordinatorScript.Finish;
import io.chunkserver.core.testkit.CoordinatorScript.Other;
import io.chunkserver.core.testkit.CoordinatorScript.Pass;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ChainCoordinatorProperties {

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyScriptKeepsThePromisesOfTheProtocol(@ForAll("scripts") CoordinatorScript script) throws IOException {
        script.run(new CoordinatorOnDisk()::open);
    }

    /** The power is lost at a commit that is sent while the coordinator starts. */
    @Example
    void crashWhileStarting() throws IOException {
        new CoordinatorScript(List.of(
                        new Begin(1),
                        new Finish(0),
                        new Behave(Other.B, Behaviour.HEARS_NO_MESSAGES),
                        new Begin(1),
                        new Pass(Duration.ofSeconds(1)),
                        new Behave(Other.B, Behaviour.WELL),
                        new CrashAtNextCommit(Other.B),
                        new Crash(),
                        new Begin(2)))
                .run(new CoordinatorOnDisk()::open);
    }

    @Provide
    Arbitrary<CoordinatorScript> scripts() {
        return CoordinatorScript.scripts();
    }
}
