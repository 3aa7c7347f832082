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
import io.chunkserver.core.testkit.ChunkStoreScript.Abandon;
import io.chunkserver.core.testkit.ChunkStoreScript.Delete;
import io.chunkserver.core.testkit.ChunkStoreScript.Discard;
import io.chunkserver.core.testkit.ChunkStoreScript.ForcePublished;
import io.chunkserver.core.testkit.ChunkStoreScript.LosePower;
import io.chunkserver.core.testkit.ChunkStoreScript.Opening;
import io.chunkserver.core.testkit.ChunkStoreScript.PowerLoss;
import io.chunkserver.core.testkit.ChunkStoreScript.Publish;
import io.chunkserver.core.testkit.ChunkStoreScript.PublishAgain;
import io.chunkserver.core.testkit.ChunkStoreScript.Stage;
import io.chunkserver.core.testkit.ChunkStoreScript.StageTombstone;
import io.chunkserver.core.testkit.ChunkStoreScript.Step;
import io.chunkserver.core.testkit.NaiveChunkStore.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Performs the steps of a {@link ChunkStoreScript} on a store and on a model, and compares the two. */
final class ChunkStoreScriptRun {

    /** Every transaction of a script has one. */
    private static final Attempt ATTEMPT = new Attempt(1, 1);

    private final Opening opening;
    private final PowerLoss powerLoss;
    private final NaiveChunkStore model = new NaiveChunkStore();
    private ChunkStore store;
    private long transactions;

    ChunkStoreScriptRun(Opening opening, PowerLoss powerLoss) throws IOException {
        this.opening = opening;
        this.powerLoss = powerLoss;
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
        } else if (step instanceof ForcePublished) {
            store.forcePublished();
            model.forcePublished();
        } else if (step instanceof LosePower) {
            losePower();
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
        StageKey key = new StageKey(new TransactionId("script", 1000, transactions), ATTEMPT);
        long number =
                model.published(chunk).map(current -> current.number().number()).orElse(0L) + newerBy;
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

    /** What was not forced may be there or not; the model goes on with what is. */
    private void losePower() throws IOException {
        powerLoss.happen();
        store = opening.open();
        model.crashed(
                store.list("", null, Integer.MAX_VALUE).stream()
                        .map(info -> new StageKey(info.transaction(), ATTEMPT))
                        .toList(),
                store.staged().stream().map(StagedVersion::key).toList());
    }

    void close() throws IOException {
        store.close();
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
            assertThat(bytes.array()).as("bytes of chunk %s", version.chunk()).isEqualTo(version.bytes());
        }
    }
}
