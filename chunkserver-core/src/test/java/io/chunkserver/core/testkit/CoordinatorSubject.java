package io.chunkserver.core.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The few steps of which tests of coordinators are made: it is the first of three members, and a test says what b and c do. */
interface CoordinatorSubject {

    ChunkId CHUNK = new ChunkId("contract/file", 0);
    byte[] CONTENT = "what the client stores".getBytes(UTF_8);
    Duration TIMEOUT = Duration.ofSeconds(10);

    /** Far beyond every wait for a deadline, a confirmation or a first few repetitions. */
    Duration LONG = Duration.ofMinutes(5);

    /** The one that runs now. */
    TwoPhaseCoordinator coordinator();

    Member self();

    FakeReplica b();

    FakeReplica c();

    FakeReplicas others();

    SimulatedTime time();

    /** A transaction that was not used before. */
    TransactionId newTransaction();

    /** The coordinator dies, and its disk forgets what was not forced. */
    void crash();

    void restart() throws IOException;

    CallTrace trace();

    /** A client stores the chunk: begins and sends all of it. */
    default ClientStore store() {
        ClientStore store = begin(null);
        store.send();
        return store;
    }

    /** A client begins to store the chunk. */
    default ClientStore begin(@Nullable ChunkVersion expected) {
        return begin(newTransaction(), expected);
    }

    /** A client begins a transaction, maybe not for the first time. */
    default ClientStore begin(TransactionId id, @Nullable ChunkVersion expected) {
        StoreRequest request =
                new StoreRequest(id, CHUNK, false, CONTENT.length, expected, Attributes.NONE, Durability.SYNC, TIMEOUT);
        return new ClientStore(
                id, coordinator().begin(request, List.of(self(), b().member(), c().member())), b(), trace());
    }

    /** The log in which the coordinator decides now. */
    default UUID logId() {
        ClientStore store = store();
        time().runFor(LONG);
        return store.prepared().coordinatorLogId();
    }

    /** What the coordinator answers a member in doubt about this store. */
    default InquiryAnswer inquire(ClientStore store) {
        return coordinator()
                .answer(store.id(), store.attempt(), store.prepared().coordinatorLogId());
    }

    default void assertNobodyWasToldToCommit() {
        assertThat(b().commits()).as("what b was told to commit").isEmpty();
        assertThat(c().commits()).as("what c was told to commit").isEmpty();
    }
}
