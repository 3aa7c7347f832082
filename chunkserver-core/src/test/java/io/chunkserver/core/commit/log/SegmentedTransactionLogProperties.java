package io.chunkserver.core.commit.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.StopAfter;
import io.chunkserver.core.testkit.TransactionLogScript;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.IntPredicate;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SegmentedTransactionLogProperties {

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyScriptGivesWhatTheModelGives(@ForAll("scripts") TransactionLogScript script) throws IOException {
        runOn(script, sector -> false);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyScriptGivesWhatTheModelGivesAlsoWhenWritesAreTorn(@ForAll("scripts") TransactionLogScript script)
            throws IOException {
        runOn(script, sector -> sector % 2 == 0);
    }

    private static void runOn(TransactionLogScript script, IntPredicate survivingSectors) throws IOException {
        LogUnderPowerCuts log = new LogUnderPowerCuts(survivingSectors);
        script.run(log);
        assertThat(log.memory.openFiles()).as("open files in the end").isZero();
    }

    @Provide
    Arbitrary<TransactionLogScript> scripts() {
        return TransactionLogScript.scripts();
    }

    /** A log that works when it is told to, with segments and checkpoints as small and as frequent as can be. */
    private static final class LogUnderPowerCuts implements TransactionLogScript.Subject {

        private static final TransactionLogConfig FREQUENT_CHECKPOINTS = new TransactionLogConfig(
                TransactionLogConfig.MIN_SEGMENT_BYTES, 1, 1024 * 1024, 10_000, OutcomeRetention.DEFAULT);

        private final MemoryDisk memory = new MemoryDisk();
        private final StopAfter power;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private final LogFixture fixture;

        LogUnderPowerCuts(IntPredicate survivingSectors) {
            power = StopAfter.forGood(Integer.MAX_VALUE, survivingSectors);
            fixture = new LogFixture(new FaultyDisk(memory, power))
                    .with(FREQUENT_CHECKPOINTS)
                    .with(tasks::add);
        }

        @Override
        public TransactionLog open() throws IOException {
            fixture.assertAStartReadsWhatIsThere();
            return fixture.open();
        }

        @Override
        public void work() {
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
        }

        @Override
        public void crash(int changes) {
            power.stopAfter(changes);
            work();
            memory.crash();
            power.stopAfter(Integer.MAX_VALUE);
        }
    }
}
