package io.chunkserver.core.testkit;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.replication.Replicas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The network of a simulated cluster: delays messages by chance, loses and repeats some, and can be cut between two servers.
 *
 * <p>A control message is one exchange, of which either half can be lost. A chunk's bytes flow over a connection: in order and
 * without gaps, until it breaks. Not thread-safe.
 */
public final class SimulatedNetwork {

    private static final Duration LONGEST_DELAY = Duration.ofMillis(50);

    /** How long a sender waits before it believes that no answer comes. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final SimulatedTime time;
    private final RandomGenerator random;
    private final Map<String, ChunkServer> servers = new HashMap<>();
    private final Set<String> cuts = new HashSet<>();

    /** How often each server went down: what was on its way to it then is not for the one that comes after. */
    private final Map<String, Integer> downs = new HashMap<>();

    private double lossRate;

    public SimulatedNetwork(SimulatedTime time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    /** The share of messages that are lost, and of those that come twice. */
    public void lossRate(double rate) {
        lossRate = rate;
    }

    /** Makes a server reachable by its name. */
    public void up(String name, ChunkServer server) {
        servers.put(name, server);
    }

    /** Nothing reaches this server any more. */
    public void down(String name) {
        servers.remove(name);
        downs.merge(name, 1, Integer::sum);
    }

    private int downs(String name) {
        return downs.getOrDefault(name, 0);
    }

    /** Loses everything that one server sends to the other. */
    public void cut(String from, String to) {
        cuts.add(from + ">" + to);
    }

    /** Lets everything through again. */
    public void heal() {
        cuts.clear();
        lossRate = 0;
    }

    /** The others as one server reaches them, from now until it goes down: a server that is down hears no answers. */
    public Replicas seenBy(String name) {
        return new View(new Sender(name, downs(name)));
    }

    /** A server from its start to its end. */
    private final class Sender {

        private final String name;
        private final int life;

        Sender(String name, int life) {
            this.name = name;
            this.life = life;
        }

        boolean lives() {
            return downs(name) == life;
        }

        /** Lets the server hear something, if it still can. */
        void hear(Duration delay, Runnable news) {
            time.after(delay, () -> {
                if (lives()) {
                    news.run();
                }
            });
        }
    }

    private boolean lost(String from, String to) {
        return cuts.contains(from + ">" + to) || random.nextDouble() < lossRate;
    }

    private static Failure unreachable(String name) {
        return Failure.of(ErrorCode.UNREACHABLE, "server " + name + " does not answer");
    }

    private final class View implements Replicas {

        private final Sender self;

        View(Sender self) {
            this.self = self;
        }

        @Override
        public Replica peer(Member member) {
            return new Peer(self, member);
        }

        @Override
        public CompletionStage<Member> identify(String address) {
            ChunkServer server = servers.get(address);
            return server == null
                    ? CompletableFuture.failedFuture(unreachable(address).toException())
                    : CompletableFuture.completedFuture(server.self());
        }
    }

    private final class Peer implements Replica {

        private final Sender sender;
        private final String from;
        private final Member member;
        private final String to;

        Peer(Sender sender, Member member) {
            this.sender = sender;
            this.from = sender.name;
            this.member = member;
            this.to = member.address();
        }

        @Override
        public PrepareStream prepare(PrepareRequest request) {
            return new Link(sender, to, request);
        }

        @Override
        public CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk) {
            return exchange(replica -> replica.commit(transaction, attempt, chunk));
        }

        @Override
        public CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk) {
            return exchange(replica -> replica.abort(transaction, attempt, chunk));
        }

        @Override
        public CompletionStage<InquiryAnswer> inquire(
                TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId) {
            return exchange(replica -> replica.inquire(transaction, attempt, chunk, coordinatorLogId));
        }

        @Override
        public CompletionStage<Boolean> holds(ChunkId chunk, ChunkVersion version, TransactionId transaction) {
            return exchange(replica -> replica.holds(chunk, version, transaction));
        }

        @Override
        public CompletionStage<Void> fetch(ChunkId chunk, ChunkVersion atLeast, long offset, CopySink sink) {
            SimulatedCopy copy = new SimulatedCopy(
                    new WayBack(sender, to), sink, unreachable(to).at(member.id()));
            time.after(time.upTo(LONGEST_DELAY), () -> {
                ChunkServer server = servers.get(to);
                if (server != null && !lost(from, to)) {
                    copy.from(server.asReplica().fetch(chunk, atLeast, offset, copy));
                }
            });
            return copy.outcome();
        }

        private <T> CompletionStage<T> exchange(Function<Replica, CompletionStage<T>> message) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            int copies = random.nextDouble() < lossRate ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                time.after(time.upTo(LONGEST_DELAY), () -> deliver(message, answer));
            }
            sender.hear(
                    PATIENCE,
                    () -> answer.completeExceptionally(
                            unreachable(to).at(member.id()).toException()));
            return answer;
        }

        private <T> void deliver(Function<Replica, CompletionStage<T>> message, CompletableFuture<T> answer) {
            ChunkServer server = servers.get(to);
            if (server != null && !lost(from, to)) {
                message.apply(server.asReplica()).whenComplete((value, failure) -> {
                    if (!lost(to, from)) {
                        sender.hear(time.upTo(LONGEST_DELAY), () -> complete(answer, value, failure));
                    }
                });
            }
        }
    }

    private static <T> void complete(CompletableFuture<T> answer, T value, @Nullable Throwable failure) {
        if (failure == null) {
            answer.complete(value);
        } else {
            answer.completeExceptionally(failure);
        }
    }

    /** What a copy goes over, from the server that has it to the one that wants it. */
    private final class WayBack implements SimulatedCopy.Way {

        private final Sender receiver;
        private final String source;

        WayBack(Sender receiver, String source) {
            this.receiver = receiver;
            this.source = source;
        }

        @Override
        public void carry(Runnable arrival, Runnable loss) {
            time.after(time.upTo(LONGEST_DELAY), () -> {
                if (receiver.lives() && !lost(source, receiver.name)) {
                    arrival.run();
                } else {
                    loss.run();
                }
            });
        }

        @Override
        public boolean receiverLives() {
            return receiver.lives();
        }

        @Override
        public void later(Runnable step) {
            time.after(PATIENCE, step);
        }
    }

    /** A connection that carries one chunk's bytes. It breaks when something on it is lost. */
    private final class Link implements PrepareStream {

        private final Sender sender;
        private final String from;
        private final String to;
        private final PrepareRequest request;
        private final CompletableFuture<List<Vote>> votes = new CompletableFuture<>();
        private final @Nullable ChunkServer receiver;
        private @Nullable PrepareStream remote;
        private Duration lastArrival = Duration.ZERO;
        private boolean broken;

        Link(Sender sender, String to, PrepareRequest request) {
            this.sender = sender;
            this.from = sender.name;
            this.to = to;
            this.request = request;
            this.receiver = servers.get(to);
            sender.hear(request.timeout(), this::giveUp);
            carry(() -> {
                PrepareStream opened = receiving().orElseThrow().asReplica().prepare(request);
                remote = opened;
                opened.votes().thenAccept(cast -> {
                    if (lost(to, from)) {
                        breakOff();
                    } else {
                        sender.hear(time.upTo(LONGEST_DELAY), () -> votes.complete(cast));
                    }
                });
            });
        }

        /** The server that the connection was made to, as long as it has not been restarted. */
        private Optional<ChunkServer> receiving() {
            return receiver != null && servers.get(to) == receiver ? Optional.of(receiver) : Optional.empty();
        }

        private Optional<PrepareStream> remote() {
            return Optional.ofNullable(remote);
        }

        /** Brings something to the other end, after all that was sent before. */
        private CompletionStage<Void> carry(Runnable arrival) {
            CompletableFuture<Void> taken = new CompletableFuture<>();
            Duration arrives = time.now().plus(time.upTo(LONGEST_DELAY));
            lastArrival = arrives.compareTo(lastArrival) > 0 ? arrives : lastArrival;
            time.after(lastArrival.minus(time.now()), () -> {
                if (!broken && receiving().isPresent() && !lost(from, to)) {
                    arrival.run();
                } else {
                    breakOff();
                }
                if (sender.lives()) {
                    taken.complete(null);
                }
            });
            return taken;
        }

        private void breakOff() {
            if (!broken) {
                broken = true;
                Failure cause = Failure.of(ErrorCode.CANCELLED, "the connection from " + from + " broke");
                if (receiving().isPresent()) {
                    remote().ifPresent(stream -> stream.cancel(cause));
                }
                sender.hear(time.upTo(LONGEST_DELAY), this::giveUp);
            }
        }

        private void giveUp() {
            List<Vote> none = new ArrayList<>();
            boolean reached = false;
            for (Member member : request.chain()) {
                reached |= member.address().equals(to);
                if (reached) {
                    none.add(Vote.no(member.id(), unreachable(to)));
                }
            }
            votes.complete(none);
        }

        @Override
        public CompletionStage<Void> write(CheckedBlock block) {
            return carry(() -> remote().ifPresent(stream -> stream.write(block)));
        }

        @Override
        public void finish(long lengthBytes, int crc32c) {
            carry(() -> remote().ifPresent(stream -> stream.finish(lengthBytes, crc32c)));
        }

        @Override
        public CompletionStage<List<Vote>> votes() {
            return votes;
        }

        @Override
        public void cancel(Failure why) {
            carry(() -> remote().ifPresent(stream -> stream.cancel(why)));
        }
    }
}
