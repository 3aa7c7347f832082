package io.chunkserver.core;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.master.ClusterMaster;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.SimulatedTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A real master in virtual time, as servers reach it over a network that delays and loses; it forgets everything when it is restarted. */
final class SimulatedMaster {

    private static final Duration LONGEST_DELAY = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration ROUND = Duration.ofMillis(100);

    private final SimulatedTime time;
    private final SplittableRandom random;
    private final MasterConfig config;
    private final Set<String> cutOff = new HashSet<>();
    private ClusterMaster master;
    private double lossRate;
    private Duration stoppedUntil = Duration.ZERO;

    SimulatedMaster(SimulatedTime time, SplittableRandom random, MasterConfig config) {
        this.time = time;
        this.random = random;
        this.config = config;
        this.master = fresh();
        time.after(config.heartbeatInterval(), this::tick);
        time.after(ROUND, this::work);
    }

    private ClusterMaster fresh() {
        return new ClusterMaster("simulated", config, DistanceMetric.EUCLIDEAN, random);
    }

    /** The master itself, without a network between. */
    Master here() {
        return master;
    }

    void restart() {
        master = fresh();
        stoppedUntil = Duration.ZERO;
    }

    /** Its process does nothing for so long, and then goes on with what it was at and with what has come meanwhile. */
    void stopFor(Duration stretch) {
        stoppedUntil = time.now().plus(stretch);
    }

    /** Does something as soon as the process is not stopped; never, if it is started anew before. */
    void whenItRuns(Runnable action) {
        ClusterMaster process = master;
        Duration left = stoppedUntil.minus(time.now());
        if (left.isNegative() || left.isZero()) {
            action.run();
        } else {
            time.after(left, () -> {
                if (process == master) {
                    whenItRuns(action);
                }
            });
        }
    }

    /** It was elected; no other one stands back by that. */
    void lead(long epoch) {
        master.lead(epoch);
    }

    /** The same for as long as nobody else can have been elected. */
    void lead(long epoch, BooleanSupplier confirmed) {
        master.lead(epoch, confirmed);
    }

    void standBy() {
        master.standBy();
    }

    void lossRate(double rate) {
        lossRate = rate;
    }

    /** Loses everything between this server and the master. */
    void cutOff(String server) {
        cutOff.add(server);
    }

    /** Lets everything through again. */
    void heal() {
        cutOff.clear();
        lossRate = 0;
    }

    private boolean isStopped() {
        return time.now().compareTo(stoppedUntil) < 0;
    }

    private void tick() {
        if (!isStopped()) {
            master.tick();
        }
        time.after(config.heartbeatInterval(), this::tick);
    }

    private void work() {
        while (!isStopped() && master.runOnce()) {
            // One bounded step after the other, as long as there is something to do.
        }
        time.after(ROUND, this::work);
    }

    /** The master as one run of a server reaches it, which hears nothing any more when it has ended. */
    Master seenBy(String server, BooleanSupplier lives) {
        return new Link(server, lives);
    }

    private final class Link implements Master {

        private final String server;
        private final BooleanSupplier lives;

        Link(String server, BooleanSupplier lives) {
            this.server = server;
            this.lives = lives;
        }

        private boolean isLost() {
            return cutOff.contains(server) || random.nextDouble() < lossRate;
        }

        private <T> CompletionStage<T> exchange(Function<Master, CompletionStage<T>> message) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            time.after(time.upTo(LONGEST_DELAY), () -> {
                if (!isLost()) {
                    whenItRuns(() -> message.apply(master)
                            .whenComplete((value, failure) -> time.after(time.upTo(LONGEST_DELAY), () -> {
                                if (lives.getAsBoolean() && !isLost()) {
                                    if (failure == null) {
                                        answer.complete(value);
                                    } else {
                                        answer.completeExceptionally(failure);
                                    }
                                }
                            })));
                }
            });
            time.after(PATIENCE, () -> {
                if (lives.getAsBoolean()) {
                    answer.completeExceptionally(Failure.of(ErrorCode.UNREACHABLE, "the master does not answer")
                            .toException());
                }
            });
            return answer;
        }

        @Override
        public CompletionStage<Void> register(Registration registration) {
            return exchange(reached -> reached.register(registration));
        }

        @Override
        public CompletionStage<HeartbeatReply> heartbeat(Heartbeat heartbeat) {
            return exchange(reached -> reached.heartbeat(heartbeat));
        }

        @Override
        public CompletionStage<Void> report(ChunkReport report) {
            return exchange(reached -> reached.report(report));
        }

        @Override
        public CompletionStage<ChunkCopies> place(PlacementRequest request) {
            return exchange(reached -> reached.place(request));
        }

        @Override
        public CompletionStage<ChunkCopies> locate(ChunkId chunk, @Nullable Location near) {
            return exchange(reached -> reached.locate(chunk, near));
        }

        @Override
        public CompletionStage<List<ListedChunk>> list(String pathPrefix, @Nullable ChunkId after, int limit) {
            return exchange(reached -> reached.list(pathPrefix, after, limit));
        }

        @Override
        public CompletionStage<Long> needed(ServerId server) {
            return exchange(reached -> reached.needed(server));
        }

        @Override
        public CompletionStage<ClusterStatus> status() {
            return exchange(Master::status);
        }
    }
}
