package io.chunkserver.core.space;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.testkit.SpaceAccountantScript;
import io.chunkserver.core.testkit.SpaceAccountantScript.Forfeit;
import io.chunkserver.core.testkit.SpaceAccountantScript.ReserveForDelete;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SpaceAccountantProperties {

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyScriptGivesWhatTheModelGives(@ForAll("scripts") SpaceAccountantScript script) throws IOException {
        script.run(SpaceAccountantProperties::open);
    }

    private static SpaceAccountant open(long limitBytes, long usedBytes, long emergencyBytes) throws IOException {
        return new ReservingSpaceAccountant(limitBytes, usedBytes, 0, emergencyBytes, () -> Long.MAX_VALUE);
    }

    @Example
    void aScriptTellsAfterWhichStepsAnAccountantIsWrong() {
        SpaceAccountantScript script = new SpaceAccountantScript(
                100, 100, 10, List.of(new ReserveForDelete(10, 10), new Forfeit(0), new ReserveForDelete(11, 11)));

        assertThatThrownBy(() -> script.run((limit, used, emergency) -> open(limit, used, emergency + 1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("""
                        the accountant of 100 bytes, 100 used, 10 for emergencies, differs from the model, after 3 steps:
                          1. ReserveForDelete[bytes=10, replacedBytes=10]
                          2. Forfeit[which=0]
                          3. ReserveForDelete[bytes=11, replacedBytes=11]
                        [what the call is refused with]""");
    }

    @Provide
    Arbitrary<SpaceAccountantScript> scripts() {
        return SpaceAccountantScript.scripts();
    }
}
