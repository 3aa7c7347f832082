package io.chunkserver.core.commit;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.store.StageKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way into a participant: turns what comes in into steps on the chunk's lane. */
final class StagingStream implements PrepareStream {

    private final Participant participant;
    private final PrepareRequest request;
    private final StageKey key;
    private final CompletableFuture<List<Vote>> votes = new CompletableFuture<>();
    private volatile boolean finished;
    private @Nullable Future<?> deadline;

    StagingStream(Participant participant, PrepareRequest request) {
        this.participant = participant;
        this.request = request;
        this.key = new StageKey(request.transaction(), request.attempt());
    }

    PrepareRequest request() {
        return request;
    }

    StageKey key() {
        return key;
    }

    /** Asks the chunk's lane to take part; a server without timers is closed, and refuses. */
    void begin() {
        try {
            deadline = participant
                    .environment()
                    .timers()
                    .schedule(() -> cancel(late()), request.timeout().toNanos(), NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            refuse(Failure.of(ErrorCode.DRAINING, "the server is closed"));
            return;
        }
        run(lane -> lane.prepare(this));
    }

    /** A server is not to blame for what was never given to it. */
    private Failure late() {
        String what = finished
                ? "chunk " + request.chunk() + " was not staged"
                : "was not given all bytes of chunk " + request.chunk();
        return Failure.of(
                ErrorCode.TIMEOUT, what + " within " + request.timeout().toMillis() + " ms");
    }

    void vote(Vote vote) {
        Future<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
        votes.complete(List.of(vote));
    }

    void refuse(Failure why) {
        vote(Vote.no(participant.self(), why));
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return votes.isDone() ? CompletableFuture.completedFuture(null) : run(lane -> lane.write(key, block));
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        finished = true;
        run(lane -> lane.finish(request, lengthBytes, crc32c));
    }

    @Override
    public CompletionStage<List<Vote>> votes() {
        return votes;
    }

    @Override
    public void cancel(Failure why) {
        run(lane -> lane.handle(new ParticipantEvent.StagingFailed(key, why)));
    }

    private CompletionStage<Void> run(Consumer<ChunkLane> work) {
        return participant.run(request.chunk(), work).exceptionally(failure -> {
            refuse(ChunkServerException.from(failure).failure());
            return null;
        });
    }
}
