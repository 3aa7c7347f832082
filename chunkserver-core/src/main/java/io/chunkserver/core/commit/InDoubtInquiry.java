package io.chunkserver.core.commit;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.retry.Backoff;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what became of prepared attempts: asks the coordinator, and when that cannot tell the other members, again and again
 * without end (guarantee L1).
 *
 * <p>The waits between the questions grow, so that a dead coordinator costs little; whoever wants the chunk has them begin anew.
 *
 * <p>A member that committed the attempt settles it; only the coordinator, whose log the prepared record names, may settle it by
 * an abort. Thread-safe; nothing blocks.
 */
final class InDoubtInquiry {

    private static final Logger LOG = LoggerFactory.getLogger(InDoubtInquiry.class);

    private final ServerId self;
    private final TransactionPeers peers;
    private final Environment environment;
    private final CommitConfig config;

    InDoubtInquiry(ServerId self, TransactionPeers peers, Environment environment, CommitConfig config) {
        this.self = self;
        this.peers = peers;
        this.environment = environment;
        this.config = config;
    }

    /** An inquiry under way. */
    interface Handle {

        /** Asks no more. Idempotent; a verdict that is on its way may still come. */
        void stop();

        /** Somebody waits for the chunk: asks again soon, however long the waits have become. */
        void hurry();
    }

    /** Asks, after a first delay, until the verdict is {@code COMMIT} or {@code ABORT} or the handle is stopped. */
    Handle start(Prepared prepared, Consumer<InquiryAnswer> verdict) {
        Inquiry inquiry = new Inquiry(prepared, verdict);
        inquiry.scheduleNext();
        return inquiry;
    }

    /** Asks once; {@code PENDING} or {@code DONT_KNOW} when nobody could settle it. Never completes exceptionally. */
    CompletionStage<InquiryAnswer> ask(Prepared prepared) {
        return ask(prepared, prepared.coordinator()).thenCompose(answer -> {
            if (answer != InquiryAnswer.DONT_KNOW) {
                return CompletableFuture.completedFuture(answer);
            }
            List<Member> others = prepared.chain().stream()
                    .skip(1)
                    .filter(member -> !member.id().equals(self))
                    .toList();
            return askInTurn(prepared, others);
        });
    }

    private CompletionStage<InquiryAnswer> askInTurn(Prepared prepared, List<Member> members) {
        if (members.isEmpty()) {
            return CompletableFuture.completedFuture(InquiryAnswer.DONT_KNOW);
        }
        return ask(prepared, members.get(0))
                .thenCompose(answer -> answer == InquiryAnswer.COMMIT
                        ? CompletableFuture.completedFuture(answer)
                        : askInTurn(prepared, members.subList(1, members.size())));
    }

    private CompletionStage<InquiryAnswer> ask(Prepared prepared, Member member) {
        return peers.peer(member)
                .inquire(prepared.transaction(), prepared.attempt(), prepared.chunk(), prepared.coordinatorLogId())
                .exceptionally(failure -> {
                    LOG.debug(
                            "{} does not tell the outcome of {}: {}",
                            member,
                            prepared.transaction(),
                            failure.toString());
                    return InquiryAnswer.DONT_KNOW;
                });
    }

    private final class Inquiry implements Handle {

        private final Prepared prepared;
        private final Consumer<InquiryAnswer> verdict;

        @GuardedBy("this")
        private Backoff backoff = fromTheStart();

        /** The next question; null while one is being asked. */
        @GuardedBy("this")
        private @Nullable Future<?> scheduled;

        /** Numbers the questions that were scheduled: one that was put off may have begun to run all the same. */
        @GuardedBy("this")
        private int turn;

        /** Whether the next wait is a short one already. */
        @GuardedBy("this")
        private boolean hurried = true;

        @GuardedBy("this")
        private boolean stopped;

        Inquiry(Prepared prepared, Consumer<InquiryAnswer> verdict) {
            this.prepared = prepared;
            this.verdict = verdict;
        }

        private Backoff fromTheStart() {
            return new Backoff(config.inquiryDelay(), config.maxInquiryDelay(), environment.random());
        }

        /** One step at a time: the next is scheduled when the last one is answered, so the backoff has one user. */
        synchronized void scheduleNext() {
            if (stopped) {
                return;
            }
            int next = ++turn;
            try {
                scheduled = environment
                        .timers()
                        .schedule(() -> run(next), backoff.next().toNanos(), NANOSECONDS);
            } catch (RejectedExecutionException closing) {
                LOG.debug("the next start asks what became of transaction {}", prepared.transaction());
            }
        }

        private synchronized boolean begin(int now) {
            if (stopped || now != turn) {
                return false;
            }
            scheduled = null;
            hurried = false;
            return true;
        }

        private void run(int now) {
            if (!begin(now)) {
                return;
            }
            ask(prepared).thenAccept(answer -> {
                if (answer == InquiryAnswer.COMMIT || answer == InquiryAnswer.ABORT) {
                    LOG.info(
                            "transaction {} attempt {} on chunk {} was in doubt; the answer is {}",
                            prepared.transaction(),
                            prepared.attempt(),
                            prepared.chunk(),
                            answer);
                    verdict.accept(answer);
                } else {
                    scheduleNext();
                }
            });
        }

        @Override
        public synchronized void stop() {
            stopped = true;
            Future<?> next = scheduled;
            if (next != null) {
                next.cancel(false);
            }
        }

        @Override
        public synchronized void hurry() {
            if (hurried) {
                return;
            }
            hurried = true;
            backoff = fromTheStart();
            Future<?> next = scheduled;
            if (next != null) {
                next.cancel(false);
                scheduleNext();
            }
        }
    }
}
