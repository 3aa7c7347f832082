package io.chunkserver.core;

import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.testkit.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Several masters in virtual time, of which an ensemble elects one, by the rules of a ZooKeeper that never fails itself: a master has a
 * session for as long as the ensemble hears it often enough, epochs grow, and a leader relies on its session for a little less time than the
 * ensemble does. One that is stopped or cut off from the ensemble is replaced and does not know it. A server reads who leads when it
 * starts, and after each election at a time of its own.
 */
final class SimulatedElection {

    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration LEASE = SESSION.multipliedBy(9).dividedBy(10);
    private static final Duration LOOK = SESSION.dividedBy(4);
    private static final Duration LONGEST_DELAY = Duration.ofMillis(300);
    private static final Duration LONGEST_STOP = Duration.ofMinutes(1);

    /** How long a server may take to read who was elected; longer than a new leader places nothing that is new to it. */
    private static final Duration LATEST_READ = Duration.ofSeconds(40);

    private final SimulatedTime time;
    private final SplittableRandom random;
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Runnable> readers = new ArrayList<>();

    /** The session of the one that leads. */
    private @Nullable Session elected;

    private long epoch;
    private int elections;

    /** What the ensemble knows of a run of a master. */
    private static final class Session {

        private Duration lastHeard;

        Session(Duration now) {
            lastHeard = now;
        }

        boolean isOver(Duration now) {
            return now.minus(lastHeard).compareTo(SESSION) >= 0;
        }
    }

    private final class Candidate {

        private final String name;
        private final SimulatedMaster master;
        private Session session = new Session(time.now());
        private Duration confirmedUntil = Duration.ZERO;
        private long leadsBy;
        private boolean cutOff;

        Candidate(String name, SimulatedMaster master) {
            this.name = name;
            this.master = master;
            master.standBy();
            look();
        }

        void restart() {
            master.restart();
            master.standBy();
            session = new Session(time.now());
            leadsBy = 0;
        }

        private void look() {
            master.whenItRuns(() -> {
                Session asking = session;
                Duration asked = time.now();
                time.after(time.upTo(LONGEST_DELAY), () -> heard(asking, asked));
            });
            time.after(LOOK, this::look);
        }

        /** The ensemble hears it, and answers. */
        private void heard(Session asking, Duration asked) {
            if (cutOff) {
                return;
            }
            boolean over = asking.isOver(time.now());
            if (!over) {
                asking.lastHeard = time.now();
            }
            boolean leads = !over && elected == asking;
            long now = epoch;
            time.after(
                    time.upTo(LONGEST_DELAY),
                    () -> master.whenItRuns(() -> answered(asking, asked, over, leads ? now : 0)));
        }

        private void answered(Session asking, Duration asked, boolean over, long leading) {
            if (asking != session) {
                return;
            }
            if (over) {
                session = new Session(time.now());
            }
            if (leading > 0) {
                confirmedUntil = asked.plus(LEASE);
            }
            if (leading != leadsBy) {
                leadsBy = leading;
                if (leading > 0) {
                    master.lead(leading, this::isConfirmed);
                } else {
                    master.standBy();
                }
            }
        }

        private boolean isConfirmed() {
            return time.now().compareTo(confirmedUntil) < 0;
        }
    }

    SimulatedElection(SimulatedTime time, SplittableRandom random, MasterConfig config, int masters) {
        this.time = time;
        this.random = random;
        for (int i = 0; i < masters; i++) {
            candidates.add(new Candidate("m" + i, new SimulatedMaster(time, random, config)));
        }
        elect();
    }

    private void elect() {
        if (elected == null || elected.isOver(time.now())) {
            List<Session> living = candidates.stream()
                    .map(candidate -> candidate.session)
                    .filter(session -> !session.isOver(time.now()))
                    .toList();
            elected = living.isEmpty() ? null : living.get(random.nextInt(living.size()));
            if (elected != null) {
                epoch += 1 + random.nextInt(3);
                elections++;
                readers.forEach(reader -> time.after(time.upTo(LATEST_READ), reader));
            }
        }
        time.after(Duration.ofSeconds(1), this::elect);
    }

    /** Leaders so far. */
    int elections() {
        return elections;
    }

    /** Has a run of a server follow the masters from now on, by what it reads. */
    void follow(ChunkServer server, String name, BooleanSupplier lives) {
        List<KnownMaster> known = candidates.stream()
                .map(candidate -> new KnownMaster(candidate.name, candidate.master.seenBy(name, lives)))
                .toList();
        Runnable reads = () -> {
            if (lives.getAsBoolean()) {
                List<KnownMaster> leaderFirst = new ArrayList<>(known);
                for (int i = 0; i < known.size(); i++) {
                    if (candidates.get(i).session == elected) {
                        Collections.swap(leaderFirst, 0, i);
                    }
                }
                server.followMasters(leaderFirst, elected == null ? 0 : epoch);
                server.registeredAt(new MasterConnection("ensemble", true, ""));
            }
        };
        readers.add(reads);
        server.registeredAt(new MasterConnection("ensemble", false, "not asked yet"));
        time.after(time.upTo(LONGEST_DELAY), reads);
    }

    /** Asks one master after the other, in any order, as a client does that does not know who leads. */
    CompletionStage<ChunkCopies> place(PlacementRequest request) {
        List<Candidate> order = new ArrayList<>(candidates);
        Collections.shuffle(order, new Random(random.nextLong()));
        CompletionStage<ChunkCopies> answer = CompletableFuture.failedFuture(new IllegalStateException("nobody asked"));
        for (Candidate candidate : order) {
            answer = answer.exceptionallyCompose(
                    failed -> candidate.master.seenBy("client", () -> true).place(request));
        }
        return answer;
    }

    private Candidate any() {
        return candidates.get(random.nextInt(candidates.size()));
    }

    /** Something happens to one of them, most often to the one that leads. */
    void trouble() {
        Candidate one = candidates.stream()
                .filter(candidate -> candidate.session == elected && random.nextInt(3) > 0)
                .findFirst()
                .orElseGet(this::any);
        switch (random.nextInt(4)) {
            case 0 -> one.restart();
            case 1 -> one.cutOff = true;
            case 2 -> one.cutOff = false;
            default -> one.master.stopFor(time.upTo(LONGEST_STOP));
        }
    }

    /** Loses everything between this server and all masters. */
    void cutOff(String server) {
        candidates.forEach(candidate -> candidate.master.cutOff(server));
    }

    void lossRate(double rate) {
        candidates.forEach(candidate -> candidate.master.lossRate(rate));
    }

    /** Lets everything through again; one that is stopped goes on by itself. */
    void heal() {
        candidates.forEach(candidate -> {
            candidate.cutOff = false;
            candidate.master.heal();
        });
    }
}
