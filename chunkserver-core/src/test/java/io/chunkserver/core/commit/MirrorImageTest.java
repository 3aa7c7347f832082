package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.StateExplorer;
import io.chunkserver.core.testkit.StateExplorer.Report;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** States that are alike but for the names of B and C are looked at once, and nothing is missed by that. */
class MirrorImageTest {

    private static final int MAX_STATES = 1_000_000;
    private static final ProtocolBounds BOUNDS = ProtocolBounds.of(3).restarts(1);

    /** Each state counts for itself, and must be its mirror image's mirror image. */
    private static final class Unmerged extends ProtocolModel {

        private final ServerSteps servers;

        private Unmerged(ProtocolBounds bounds, ServerSteps servers) {
            super(bounds, servers);
            this.servers = servers;
        }

        static Unmerged of(ProtocolBounds bounds, ProtocolRules rules) {
            return new Unmerged(bounds, new ServerSteps(bounds, rules));
        }

        @Override
        public long fingerprint(ProtocolState state) {
            return state.hash();
        }

        @Override
        public Optional<String> brokenIn(ProtocolState state) {
            ProtocolState back = servers.mirrored(servers.mirrored(state));
            return back.hash() == state.hash()
                    ? super.brokenIn(state)
                    : Optional.of("the mirror image of a mirror image is another state");
        }
    }

    @Test
    void almostHalfOfTheStatesAreMirrorImagesOfOthers() {
        Report all = StateExplorer.explore(Unmerged.of(BOUNDS, new ProtocolRules()), MAX_STATES);
        Report merged = StateExplorer.explore(new ProtocolModel(BOUNDS, new ProtocolRules()), MAX_STATES);

        assertThat(all.found()).isEmpty();
        assertThat(all.complete()).isTrue();
        assertThat(merged.complete()).isTrue();
        assertThat(merged.depth()).isEqualTo(all.depth());
        assertThat(merged.states()).isBetween(all.states() / 2, all.states() * 55 / 100);
    }

    @Test
    void aWrongRuleIsFoundAsSoonWithMergedStates() {
        ProtocolRules wrong = ProtocolMutants.COMMIT_CONFIRMED_BEFORE_IT_IS_DURABLE.rules();
        var unmerged =
                StateExplorer.explore(Unmerged.of(BOUNDS, wrong), MAX_STATES).found();
        var merged = StateExplorer.explore(new ProtocolModel(BOUNDS, wrong), MAX_STATES)
                .found();

        assertThat(merged.orElseThrow().way())
                .hasSameSizeAs(unmerged.orElseThrow().way());
    }
}
