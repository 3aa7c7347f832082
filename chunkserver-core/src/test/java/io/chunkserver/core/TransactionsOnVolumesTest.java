package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with two disks: the log that has a transaction tells of it, wherever its chunk is by now. In simulated time. */
class TransactionsOnVolumesTest extends ServerOnTwoDisks {

    private static final TransactionId STRANGER = new TransactionId("stranger", 1, 1);

    /** A chunk of this disk, and the store that made it. */
    private record Stored(StoreRequest request, Receipt receipt) {}

    private Stored storedOnDisk(int disk) throws IOException {
        for (int number = 100; number < 110; number++) {
            StoreRequest request = request(number);
            int before = chunksOn(disk);
            Receipt receipt = store(request);
            if (chunksOn(disk) > before) {
                return new Stored(request, receipt);
            }
        }
        throw new AssertionError("no chunk has gone to disk " + disk);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aStoreThatIsRetriedAfterItsChunkHasMovedIsNotDoneAgain(int disk) throws IOException {
        Stored stored = storedOnDisk(disk);
        empty(disk, true);
        assertThat(chunksOn(disk)).isZero();
        Receipt later = store(stored.request().chunk().index());

        assertThat(now(begin(stored.request()).receipt()).version())
                .isEqualTo(stored.receipt().version());
        assertThat(server.stat(stored.request().chunk()).orElseThrow().version())
                .isEqualTo(later.version());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aTransactionIsFoundWhereverItWas(int disk) throws IOException {
        Stored stored = storedOnDisk(disk);
        empty(disk, true);

        assertThat(server.transaction(stored.request().transaction()))
                .map(TransactionSummary::state)
                .contains(TransactionState.COMMITTED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aCommitThatIsRepeatedAfterTheChunkHasMovedIsConfirmed(int disk) throws IOException {
        int number = chunkOn(disk);
        TransactionId transaction = promise(number);
        assertThat(commit(transaction, number)).isEqualTo(CommitReply.APPLIED);
        empty(disk, true);
        store(number);
        assertThat(chunksOn(disk)).isZero();

        assertThat(commit(transaction, number)).isEqualTo(CommitReply.APPLIED);
    }

    /** The copy was ordered first and takes a while; when it has come the chunk is looked for where that is. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aPromiseIsCommittedWhereItIsThoughTheChunkIsElsewhere(int disk) throws IOException {
        int number = chunkOn(disk);
        TransactionId transaction = promisedBeforeANewerCopy(disk, number);

        assertThat(commit(transaction, number)).isEqualTo(CommitReply.APPLIED);
        assertThat(server.transactions()).isEmpty();
        assertThat(server.stat(chunk(number)).orElseThrow().version()).isEqualTo(new ChunkVersion(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aPromiseIsAbortedWhereItIsThoughTheChunkIsElsewhere(int disk) throws IOException {
        int number = chunkOn(disk);
        TransactionId transaction = promisedBeforeANewerCopy(disk, number);

        await(server.asReplica().abort(transaction, ATTEMPT, chunk(number)).toCompletableFuture());
        assertThat(server.transactions()).isEmpty();
        time.runFor(LONG_ENOUGH);
        assertThat(chunksOn(disk)).isZero();
    }

    private TransactionId promisedBeforeANewerCopy(int disk, int number) throws IOException {
        // While this is open the chunk is not moved, and with it away the server rests before it tries again.
        TransactionId holding = promise(number);
        server.emptyDirectory(directory(disk), true);
        time.runFor(Duration.ofSeconds(10));
        commit(holding, number);
        ChunkInfo here = server.stat(chunk(number)).orElseThrow();
        ChunkInfo newer = new ChunkInfo(
                here.id(),
                new ChunkVersion(5),
                new TransactionId("newer", 1, 1),
                here.epoch(),
                LENGTH,
                Crc32c.of(ByteBuffer.wrap(content(number))),
                LENGTH,
                here.tombstone());
        source.publish(newer, Attributes.NONE, content(number));
        master.order(new Order.Copy(newer.id(), newer.version(), newer.transaction(), false, List.of(source.member())));
        for (int step = 0; step < 1000 && staged(1 - disk) == 0; step++) {
            time.runFor(Duration.ofMillis(20));
        }
        assertThat(staged(1 - disk)).as("the copy is under way").isEqualTo(1);
        TransactionId transaction = promise(number);
        time.runFor(LONG_ENOUGH);
        assertThat(server.stat(chunk(number)).map(ChunkInfo::version)).contains(newer.version());
        return transaction;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anOperatorSettlesAPromiseOnWhicheverDisk(int disk) throws IOException {
        int number = chunkOn(disk);
        TransactionId transaction = promise(number);

        CompletableFuture<TransactionSummary> settling =
                server.settleByHand(transaction, true, Duration.ofSeconds(10)).toCompletableFuture();
        time.runFor(LONG_ENOUGH);
        TransactionSummary settled = now(settling);

        assertThat(settled.state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(server.stat(chunk(number)).orElseThrow().version()).isEqualTo(new ChunkVersion(2));
    }

    /** A member that was cut off asks the coordinator, whose decision is in one of its logs. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theLogThatHasADecisionAnswersForIt(int disk) throws IOException {
        int number = chunkOn(disk);
        StoreRequest request = request(number);
        ChunkWriter writer =
                await(server.begin(request, List.of(source.member().address())).toCompletableFuture());
        writer.finish(0, 0);
        assertThat(await(writer.receipt().toCompletableFuture()).version()).isEqualTo(new ChunkVersion(2));
        PrepareRequest sent = source.prepared().get(0);

        assertThat(inquire(sent, request.transaction(), sent.coordinatorLogId()))
                .isEqualTo(InquiryAnswer.COMMIT);
        assertThat(inquire(sent, STRANGER, sent.coordinatorLogId())).isEqualTo(InquiryAnswer.ABORT);
        assertThat(inquire(sent, STRANGER, new UUID(3, 4))).isEqualTo(InquiryAnswer.DONT_KNOW);
    }

    private InquiryAnswer inquire(PrepareRequest sent, TransactionId transaction, UUID logId) {
        return now(server.asReplica().inquire(transaction, sent.attempt(), sent.chunk(), logId));
    }

    /** It is only known then that somebody is at work on the chunk. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anAbortThatComesRightAfterItsPrepareFindsIt(int disk) throws IOException {
        int number = chunkOn(disk);
        PrepareStream stream = server.asReplica().prepare(prepared(STRANGER, number));
        CompletableFuture<Void> aborted =
                server.asReplica().abort(STRANGER, ATTEMPT, chunk(number)).toCompletableFuture();
        time.runFor(Duration.ofSeconds(1));

        assertThat(aborted).isCompleted();
        assertThat(server.transactions()).isEmpty();
        assertThat(now(stream.votes())).noneMatch(Vote::isYes);
    }
}
