package io.chunkserver.examples.owncoordinator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link WitnessCoordinator} remembers, a line for each thing, with the CRC-32C of the line before it:
 *
 * <pre>
 * 5b0c1f6e log 8d1f...                                      the log's id, drawn when the file is made
 * 77aa0c31 boot 3                                           one more for each start
 * 0c9ae1f2 commit TRANSACTION ATTEMPT CHUNK VERSION LENGTH CRC DURABILITY MEMBER...
 * 91b2d07a ended ATTEMPT                                    all members have confirmed
 * </pre>
 *
 * <p>A line that does not match its checksum is what a crash left of it, and the end. For one thread at a time.
 */
final class DecisionFile {

    private static final Path FILE = Path.of("decisions");

    /** A transaction that is committed. */
    record Decision(
            TransactionId transaction,
            Attempt attempt,
            ChunkId chunk,
            ChunkVersion version,
            long lengthBytes,
            int crc32c,
            Durability durability,
            List<Member> chain) {}

    private final DiskFile file;
    private final List<Decision> decisions = new ArrayList<>();
    private final Set<Attempt> ended = new HashSet<>();
    private @Nullable UUID logId;
    private @Nullable IOException failure;
    private long boot;
    private long end;

    private DecisionFile(DiskFile file) {
        this.file = file;
    }

    /** Reads what is there, or makes the file; on return the new boot is durable. */
    static DecisionFile open(Disk disk, RandomGenerator random) throws IOException {
        boolean there = disk.size(FILE).isPresent();
        DecisionFile opened = new DecisionFile(there ? disk.openForWrite(FILE) : disk.create(FILE));
        opened.read();
        if (opened.logId == null) {
            opened.logId = new UUID(random.nextLong(), random.nextLong());
            opened.append("log " + opened.logId);
        }
        opened.append("boot " + ++opened.boot);
        opened.file.force();
        disk.forceDirectory(Path.of(""));
        return opened;
    }

    private void read() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.readFully(bytes, 0);
        String text = new String(bytes.array(), UTF_8);
        for (int next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', (int) end)) {
            String line = text.substring((int) end, next);
            String content = line.substring(Math.min(line.length(), 9));
            if (!line.startsWith(checksum(content) + " ")) {
                break;
            }
            understand(content.split(" "));
            end = next + 1L;
        }
        file.truncate(end);
    }

    private void understand(String[] words) {
        switch (words[0]) {
            case "log" -> logId = UUID.fromString(words[1]);
            case "boot" -> boot = Long.parseLong(words[1]);
            case "ended" -> ended.add(Attempt.parse(words[1]));
            default ->
                decisions.add(new Decision(
                        TransactionId.parse(words[1]),
                        Attempt.parse(words[2]),
                        ChunkId.parse(decoded(words[3])),
                        new ChunkVersion(Long.parseLong(words[4])),
                        Long.parseLong(words[5]),
                        Integer.parseInt(words[6]),
                        Durability.valueOf(words[7]),
                        Arrays.stream(words).skip(8).map(DecisionFile::member).toList()));
        }
    }

    private static Member member(String word) {
        String[] parts = word.split("@");
        return new Member(
                new ServerId(parts[0]),
                decoded(parts[1]),
                new Location(Double.parseDouble(parts[2]), Double.parseDouble(parts[3])));
    }

    private static String written(Member member) {
        return member.id() + "@" + encoded(member.address()) + "@"
                + member.location().x() + "@" + member.location().y();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static String decoded(String word) {
        return URLDecoder.decode(word, UTF_8);
    }

    private static String checksum(String content) {
        return HexFormat.of().toHexDigits(Crc32c.of(ByteBuffer.wrap(content.getBytes(UTF_8))));
    }

    private void append(String content) throws IOException {
        byte[] line = (checksum(content) + " " + content + "\n").getBytes(UTF_8);
        file.writeFully(ByteBuffer.wrap(line), end);
        end += line.length;
    }

    UUID logId() {
        return Objects.requireNonNull(logId);
    }

    /** How often the file was opened, from 1. */
    long boot() {
        return boot;
    }

    /** What was committed before this start, the oldest first. */
    List<Decision> decisions() {
        return decisions;
    }

    /** Whether all members had confirmed it before this start; a crash may have forgotten that. */
    boolean hasEnded(Decision decision) {
        return ended.contains(decision.attempt());
    }

    /**
     * Remembers that this is committed; durable on return. After one failure every later call fails too: a force that succeeds then says
     * nothing of what the disk could not write before.
     */
    void commit(Decision decision) throws IOException {
        if (failure != null) {
            throw new IOException("the file failed before", failure);
        }
        try {
            write(decision);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private void write(Decision decision) throws IOException {
        append("commit " + decision.transaction() + " " + decision.attempt() + " "
                + encoded(decision.chunk().toString()) + " "
                + decision.version().number() + " "
                + decision.lengthBytes() + " " + decision.crc32c() + " " + decision.durability() + " "
                + decision.chain().stream().map(DecisionFile::written).collect(Collectors.joining(" ")));
        file.force();
    }

    /** Remembers that nobody needs to be told any more; durable with the next commit. */
    void end(Attempt attempt) throws IOException {
        append("ended " + attempt);
    }
}
