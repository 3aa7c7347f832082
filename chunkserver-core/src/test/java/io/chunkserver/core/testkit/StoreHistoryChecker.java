package io.chunkserver.core.testkit;

import static java.util.Objects.requireNonNull;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.StoreHistory.Call;
import io.chunkserver.core.testkit.StoreHistory.Read;
import io.chunkserver.core.testkit.StoreHistory.ReadKind;
import io.chunkserver.core.testkit.StoreHistory.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges whether a {@link StoreHistory} is one that a correct store may have.
 *
 * <p><b>What is checked.</b> Each chunk by itself, which is enough because linearizability is local (Herlihy and Wing, TOPLAS
 * 1990):
 *
 * <ul>
 *   <li>All stores, deletes and reads of the latest version are linearizable: each takes effect at one moment between its call
 *       and its answer. A call without an answer takes effect at any moment after it, or never.
 *   <li>A read at a member returns bytes that were committed before it ended; it may be behind. What a member has shown, or is
 *       named to have applied by a receipt, it never goes back from.
 *   <li>A transaction is applied once, however often it is tried, and an aborted one never.
 * </ul>
 *
 * <p>An attempt that was told to be aborted had no effect; a later attempt of the same transaction may have.
 *
 * <p><b>How.</b> Every version names its transaction and follows the one before, so most of the order is known, and deciding
 * takes about linear time (Gibbons and Korach, <i>Testing Shared Memories</i>, SIAM J. Comput. 1997). What is not known (reads
 * that found nothing, versions that nobody saw) is searched by {@link LinearizationSearch}.
 */
public final class StoreHistoryChecker {

    private final ChunkId chunk;
    private final List<Write> writes = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final Map<TransactionId, List<Write>> attempts = new LinkedHashMap<>();
    private final Map<TransactionId, ChunkVersion> versions = new HashMap<>();
    private final Map<ChunkVersion, TransactionId> writers = new HashMap<>();

    private StoreHistoryChecker(ChunkId chunk, List<Call> calls) {
        this.chunk = chunk;
        for (Call call : calls) {
            if (call instanceof Write write) {
                writes.add(write);
                attempts.computeIfAbsent(write.transaction(), id -> new ArrayList<>())
                        .add(write);
            } else if (call instanceof Read read && read.tells()) {
                reads.add(read);
            }
        }
    }

    /** What is wrong with the history, and the calls that show it; empty when nothing is. */
    public static Optional<String> violation(StoreHistory history) {
        return history.calls().entrySet().stream()
                .flatMap(entry -> new StoreHistoryChecker(entry.getKey(), entry.getValue())
                        .violation().map(what -> "chunk " + entry.getKey() + ": " + what).stream())
                .findFirst();
    }

    private Optional<String> violation() {
        return oneVersionPerTransaction()
                .or(this::readsOfWhatWasWritten)
                .or(this::membersNeverGoBack)
                .or(() -> LinearizationSearch.violation(operations()));
    }

    /** Learns which transaction made which version, from receipts and reads. */
    private Optional<String> oneVersionPerTransaction() {
        for (Write write : writes) {
            if (write.wasCommitted()) {
                Optional<String> twice = learn(write.transaction(), requireNonNull(write.version()));
                if (twice.isPresent()) {
                    return twice;
                }
            }
        }
        for (Read read : reads) {
            if (read.wasFound()) {
                Optional<String> twice = learn(read.transaction(), read.version());
                if (twice.isPresent()) {
                    return twice;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> learn(TransactionId transaction, ChunkVersion version) {
        ChunkVersion known = versions.putIfAbsent(transaction, version);
        if (known != null && !known.equals(version)) {
            return Optional.of("transaction " + transaction + " was applied twice, as version " + known
                    + " and as version " + version + lines(witnesses(transaction)));
        }
        TransactionId other = writers.putIfAbsent(version, transaction);
        if (other != null && !other.equals(transaction)) {
            List<Call> shown = witnesses(other);
            shown.addAll(witnesses(transaction));
            return Optional.of("version " + version + " is that of two transactions, " + other + " and " + transaction
                    + lines(shown));
        }
        return Optional.empty();
    }

    private Optional<String> readsOfWhatWasWritten() {
        for (Read read : reads) {
            if (read.wasFound()) {
                Optional<String> wrong = wrongBytes(read);
                if (wrong.isPresent()) {
                    return wrong.map(what -> what + lines(witnesses(read.transaction())));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> wrongBytes(Read read) {
        List<Write> tried = attempts.get(read.transaction());
        if (tried == null) {
            return Optional.of("a read returned transaction " + read.transaction() + ", which nobody made:\n  " + read);
        }
        if (tried.stream().allMatch(Write::wasAborted)) {
            return Optional.of("a read returned the aborted transaction " + read.transaction());
        }
        if (tried.stream().noneMatch(write -> read.content().equals(write.content()))) {
            return Optional.of("a read returned other bytes than transaction " + read.transaction() + " stored");
        }
        return Optional.empty();
    }

    private Optional<String> membersNeverGoBack() {
        Map<ServerId, List<Sight>> shown = new HashMap<>();
        for (Write write : writes) {
            for (ServerId member : write.applied()) {
                shown.computeIfAbsent(member, id -> new ArrayList<>())
                        .add(new Sight(write, requireNonNull(write.version())));
            }
        }
        reads.stream()
                .filter(Read::wasFound)
                .forEach(read -> shown.computeIfAbsent(read.member(), id -> new ArrayList<>())
                        .add(new Sight(read, read.version())));
        return shown.entrySet().stream()
                .flatMap(entry -> goesBack(entry.getKey(), entry.getValue()).stream())
                .findFirst();
    }

    /** Goes through a member's reads in the order of their calls, beside what it had shown by then. */
    private Optional<String> goesBack(ServerId member, List<Sight> shown) {
        Iterator<Sight> sights = shown.stream()
                .sorted(Comparator.comparingLong(sight -> sight.call().ended()))
                .iterator();
        Sight next = sights.next();
        Sight newest = null;
        for (Read read : reads) {
            if (!read.member().equals(member)) {
                continue;
            }
            while (next != null && next.call().ended() < read.began()) {
                newest = newest == null || next.version().isNewerThan(newest.version()) ? next : newest;
                next = sights.hasNext() ? sights.next() : null;
            }
            if (newest != null && goesBack(read, newest.version())) {
                return Optional.of("member " + member + " went back" + lines(List.of(newest.call(), read)));
            }
        }
        return Optional.empty();
    }

    /** A version that a member has shown, or is named to have applied. */
    private record Sight(Call call, ChunkVersion version) {}

    /** A chunk that is not there any more was deleted since: by a version that follows, or one that nobody saw. */
    private boolean goesBack(Read read, ChunkVersion shown) {
        if (read.wasFound()) {
            return shown.isNewerThan(read.version());
        }
        return writes.stream().noneMatch(write -> {
            ChunkVersion version = versions.get(write.transaction());
            return write.deletes()
                    && !write.wasAborted()
                    && write.began() < read.ended()
                    && (version == null || !shown.isNewerThan(version));
        });
    }

    /** Transactions and reads as the search wants them. An attempt that was aborted had no effect, so it is left out. */
    private List<LinearizationSearch.Operation> operations() {
        List<LinearizationSearch.Operation> operations = new ArrayList<>();
        for (List<Write> tried : attempts.values()) {
            List<Write> effective =
                    tried.stream().filter(write -> !write.wasAborted()).toList();
            if (!effective.isEmpty()) {
                Write first = effective.get(0);
                long ended = effective.stream().mapToLong(Write::ended).min().orElse(Call.NEVER);
                ChunkVersion version = versions.get(first.transaction());
                operations.add(new LinearizationSearch.Operation(
                        first.deletes() ? LinearizationSearch.Kind.DELETE : LinearizationSearch.Kind.STORE,
                        version == null ? LinearizationSearch.UNKNOWN : version.number(),
                        first.began(),
                        ended,
                        first.toString()));
            }
        }
        for (Read read : reads) {
            if (read.kind() == ReadKind.LATEST || read.wasFound()) {
                operations.add(new LinearizationSearch.Operation(
                        kindOf(read),
                        read.wasFound() ? read.version().number() : LinearizationSearch.UNKNOWN,
                        read.began(),
                        read.ended(),
                        read.toString()));
            }
        }
        return operations;
    }

    private static LinearizationSearch.Kind kindOf(Read read) {
        if (read.kind() == ReadKind.AT_MEMBER) {
            return LinearizationSearch.Kind.SEE_AT_LEAST;
        }
        return read.wasFound() ? LinearizationSearch.Kind.SEE : LinearizationSearch.Kind.SEE_NOTHING;
    }

    private List<Call> witnesses(TransactionId transaction) {
        List<Call> found = new ArrayList<>(attempts.getOrDefault(transaction, List.of()));
        reads.stream()
                .filter(read -> read.wasFound() && read.transaction().equals(transaction))
                .limit(4)
                .forEach(found::add);
        return found;
    }

    private static String lines(List<? extends Call> calls) {
        StringBuilder text = new StringBuilder(":");
        calls.forEach(call -> text.append("\n  ").append(call));
        return text.toString();
    }

    @Override
    public String toString() {
        return "history of chunk " + chunk;
    }
}
