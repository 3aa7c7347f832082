package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StagedVersion;
import io.chunkserver.core.testkit.NaiveChunkStore.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A sequence of calls to a {@link ChunkStore}, made up by a property: {@link #run} performs it on a store and on a model, and compares
 * both after every step. A property that fails shrinks it to the few steps that matter, which read like a script.
 *
 * <pre>{@code
 * @Property
 * void behavesLikeTheModel(@ForAll("scripts") ChunkStoreScript script) throws IOException {
 *     script.run(() -> new MyChunkStore(...));
 * }
 *
 * @Provide
 * Arbitrary<ChunkStoreScript> scripts() {
 *     return ChunkStoreScript.scripts();
 * }
 * }</pre>
 *
 * @param steps what is done, in order
 */
public record ChunkStoreScript(List<Step> steps) {

    private static final int MOST_STEPS = 25;

    /** Opens a store: the first time an empty one, later with what it held when it was closed. */
    @FunctionalInterface
    public interface Opening {
        ChunkStore open() throws IOException;
    }

    /** One step. Numbers that choose among staged versions wrap around; without any the step does nothing. */
    public sealed interface Step {}

    /**
     * Stages and finishes a version of a chunk.
     *
     * @param newerBy by how much its number is above the published one; 0 and below are too old to be published
     */
    public record Stage(ChunkId chunk, int newerBy, int lengthBytes) implements Step {}

    /** Stages and finishes the version that says the chunk is deleted. */
    public record StageTombstone(ChunkId chunk) implements Step {}

    /** Begins a version and abandons it in the middle. */
    public record Abandon(ChunkId chunk, int lengthBytes) implements Step {}

    public record Publish(int which) implements Step {}

    public record PublishAgain(ChunkId chunk) implements Step {}

    public record Discard(int which) implements Step {}

    /** Removes the published version, or tries to remove one that is not published. */
    public record Delete(ChunkId chunk, boolean current) implements Step {}

    public record Reopen() implements Step {}

    /** Scripts of up to {@value #MOST_STEPS} steps on few chunks, with sizes at the edges of blocks. */
    public static Arbitrary<ChunkStoreScript> scripts() {
        Arbitrary<ChunkId> chunks = ChunkArbitraries.fewChunkIds();
        Arbitrary<Integer> which = Arbitraries.integers().between(0, 5);
        Arbitrary<Step> stages = Combinators.combine(
                        chunks,
                        Arbitraries.frequency(Tuple.of(6, 1), Tuple.of(2, 3), Tuple.of(1, 0)),
                        ChunkArbitraries.sizes())
                .as(Stage::new);
        return Arbitraries.<Step>frequencyOf(
                        Tuple.of(6, stages),
                        Tuple.of(6, which.map(Publish::new)),
                        Tuple.of(1, chunks.map(StageTombstone::new)),
                        Tuple.of(
                                1,
                                Combinators.combine(chunks, ChunkArbitraries.sizes())
                                        .as(Abandon::new)),
                        Tuple.of(1, chunks.map(PublishAgain::new)),
                        Tuple.of(1, which.map(Discard::new)),
                        Tuple.of(
                                1,
                                Combinators.combine(chunks, Arbitraries.of(true, false))
                                        .as(Delete::new)),
                        Tuple.of(1, Arbitraries.just(new Reopen())))
                .list()
                .ofMaxSize(MOST_STEPS)
                .map(ChunkStoreScript::new);
    }

    /** Performs the script; a step after which store and model differ ends it with an error that names the steps up to there. */
    public void run(Opening opening) throws IOException {
        Run run = new Run(opening);
        int number = 0;
        for (Step step : steps) {
            number++;
            try {
                run.perform(step);
                run.compare();
            } catch (AssertionError | RuntimeException | IOException e) {
                throw FailedScript.at(steps, number, "the store differs from the model", e);
            }
        }
        run.store.close();
    }

    /** The steps, one a line. */
    @Override
    public String toString() {
        return steps.stream().map(step -> "\n  " + step).collect(Collectors.joining());
    }

    private static final class Run {

        private final Opening opening;
        private final NaiveChunkStore model = new NaiveChunkStore();
        private ChunkStore store;
        private long transactions;

        Run(Opening opening) throws IOException {
            this.opening = opening;
            this.store = opening.open();
        }

        void perform(Step step) throws IOException {
            if (step instanceof Stage stage) {
                stage(stage.chunk(), stage.newerBy(), false, stage.lengthBytes());
            } else if (step instanceof StageTombstone stage) {
                stage(stage.chunk(), 1, true, 0);
            } else if (step instanceof Abandon abandon) {
                abandon(abandon);
            } else if (step instanceof Publish publish) {
                Optional<Version> chosen = chosen(publish.which());
                if (chosen.isPresent()) {
                    publish(chosen.get());
                }
            } else if (step instanceof PublishAgain again) {
                Optional<Version> current = model.published(again.chunk());
                if (current.isPresent()) {
                    publish(current.get());
                }
            } else if (step instanceof Discard discard) {
                Optional<Version> chosen = chosen(discard.which());
                if (chosen.isPresent()) {
                    store.discard(chosen.get().chunk(), chosen.get().key());
                    model.discard(chosen.get());
                }
            } else if (step instanceof Delete delete) {
                delete(delete);
            } else {
                store.close();
                store = opening.open();
            }
        }

        private Optional<Version> chosen(int which) {
            List<Version> staged = model.staged();
            return staged.isEmpty() ? Optional.empty() : Optional.of(staged.get(which % staged.size()));
        }

        private void stage(ChunkId chunk, int newerBy, boolean tombstone, int length) throws IOException {
            Version version = version(chunk, newerBy, tombstone, length);
            try (StagedChunk staged = store.stage(request(version))) {
                byte[] bytes = version.bytes();
                write(staged, bytes);
                staged.finish(length, Crc32c.of(ByteBuffer.wrap(bytes)));
            }
            model.stage(version);
        }

        private void abandon(Abandon abandon) throws IOException {
            Version version = version(abandon.chunk(), 1, false, abandon.lengthBytes());
            try (StagedChunk staged = store.stage(request(version))) {
                write(staged, version.bytes());
            }
            store.discard(version.chunk(), version.key());
        }

        private Version version(ChunkId chunk, int newerBy, boolean tombstone, int length) {
            transactions++;
            StageKey key = new StageKey(new TransactionId("script", 1000, transactions), new Attempt(1, 1));
            long number = model.published(chunk)
                            .map(current -> current.number().number())
                            .orElse(0L)
                    + newerBy;
            return new Version(chunk, new ChunkVersion(Math.max(1, number)), key, tombstone, length);
        }

        private static StageRequest request(Version version) {
            return new StageRequest(
                    version.chunk(),
                    version.number(),
                    version.key(),
                    0,
                    version.tombstone(),
                    Attributes.NONE,
                    Durability.SYNC);
        }

        private static void write(StagedChunk staged, byte[] bytes) throws IOException {
            for (int from = 0; from < bytes.length; from += BlockLayout.BLOCK_BYTES) {
                staged.write(CheckedBlock.of(
                        ByteBuffer.wrap(bytes, from, Math.min(BlockLayout.BLOCK_BYTES, bytes.length - from))));
            }
        }

        private void publish(Version version) throws IOException {
            if (model.publish(version)) {
                ChunkInfo info = store.publish(version.chunk(), version.key()).info();
                assertThat(info.transaction()).isEqualTo(version.key().transaction());
            } else {
                assertThatThrownBy(
                                () -> store.publish(version.chunk(), version.key()),
                                "publishing a version that is not newer than the published one")
                        .isInstanceOfSatisfying(
                                ChunkServerException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
            }
        }

        private void delete(Delete delete) throws IOException {
            ChunkVersion current =
                    model.published(delete.chunk()).map(Version::number).orElse(new ChunkVersion(1));
            ChunkVersion target = delete.current() ? current : current.next();
            boolean expected = model.delete(delete.chunk(), target);
            assertThat(store.delete(delete.chunk(), target) > 0)
                    .as("deleting version %s of chunk %s frees something", target, delete.chunk())
                    .isEqualTo(expected);
        }

        void compare() throws IOException {
            assertThat(store.staged())
                    .as("staged versions")
                    .extracting(StagedVersion::key)
                    .containsExactlyInAnyOrderElementsOf(
                            model.staged().stream().map(Version::key).toList());
            List<ChunkInfo> all = store.list("", null, Integer.MAX_VALUE);
            assertThat(all)
                    .as("published versions, in order")
                    .extracting(info -> info.id() + " v" + info.version() + " by " + info.transaction())
                    .containsExactlyElementsOf(model.published().stream()
                            .map(version -> version.chunk() + " v" + version.number() + " by "
                                    + version.key().transaction())
                            .toList());
            assertThat(store.snapshot().publishedBytes())
                    .as("counted bytes")
                    .isEqualTo(all.stream().mapToLong(ChunkInfo::storedBytes).sum());
            for (Version version : model.published()) {
                compare(version);
            }
        }

        private void compare(Version version) throws IOException {
            assertThat(store.stat(version.chunk()))
                    .as("what is known of chunk %s", version.chunk())
                    .hasValueSatisfying(info -> assertThat(info.version()).isEqualTo(version.number()));
            if (version.tombstone()) {
                assertThatThrownBy(() -> store.open(version.chunk()), "reading deleted chunk %s", version.chunk())
                        .isInstanceOf(ChunkServerException.NotFound.class);
                return;
            }
            try (ChunkReader reader = store.open(version.chunk())) {
                ByteBuffer bytes = ByteBuffer.allocate((int) reader.info().lengthBytes());
                for (int block = 0; block < BlockLayout.blockCount(bytes.capacity()); block++) {
                    reader.read(block, bytes);
                }
                assertThat(bytes.array())
                        .as("bytes of chunk %s", version.chunk())
                        .isEqualTo(version.bytes());
            }
        }
    }
}
