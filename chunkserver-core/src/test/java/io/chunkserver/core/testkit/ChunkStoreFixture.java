package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A store that is opened before each test, and closed and recounted after it. */
@ExtendWith(PromiseReport.class)
abstract class ChunkStoreFixture implements StoreSubject, PromiseReport.Traced {

    private final CallTrace trace = new CallTrace();
    private ChunkStore store;
    private long transactions;

    /** Opens the store under test; the first call of a test finds it empty, later calls as it was closed or as a crash left it. */
    protected abstract ChunkStore openStore() throws IOException;

    /**
     * Takes the power away: what was not forced is lost, or some of it. The store that is open is not used again, not even closed.
     *
     * <p>Where that cannot be simulated, say why with {@link org.junit.jupiter.api.Assumptions#abort(String)}: what the store promises of
     * crashes is then not tested, and those tests are reported as skipped, with that reason.
     */
    protected abstract void crash() throws IOException;

    @Override
    public final CallTrace trace() {
        return trace;
    }

    private ChunkStore traced() throws IOException {
        return trace.of(ChunkStore.class, openStore());
    }

    @Override
    public final ChunkStore store() {
        return store;
    }

    @BeforeEach
    final void open() throws IOException {
        store = traced();
    }

    @AfterEach
    final void closeAndRecount() throws IOException {
        store.close();
        store = traced();
        List<ChunkInfo> all = store.list("", null, Integer.MAX_VALUE);
        StoreSnapshot snapshot = store.snapshot();
        assertThat(snapshot.publishedBytes())
                .as("counted bytes are those of the versions")
                .isEqualTo(all.stream().mapToLong(ChunkInfo::storedBytes).sum());
        assertThat(snapshot.tombstones())
                .isEqualTo(all.stream().filter(ChunkInfo::tombstone).count());
        assertThat(snapshot.chunks() + snapshot.tombstones()).isEqualTo(all.size());
        store.close();
    }

    @Override
    public final void reopen() throws IOException {
        store.close();
        store = traced();
    }

    @Override
    public final void crashAndReopen() throws IOException {
        trace.note("the power goes");
        crash();
        store = traced();
    }

    @Override
    public final StageKey newKey() {
        transactions++;
        return new StageKey(new TransactionId("client", 1000, transactions), new Attempt(1, 1));
    }
}
