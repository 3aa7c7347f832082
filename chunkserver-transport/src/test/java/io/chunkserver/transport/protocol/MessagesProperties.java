package io.chunkserver.transport.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Promise P14 for every message: what was written is read, and anything else is a value or one typed error. */
class MessagesProperties {

    private static final int ID = 7;

    /** What a header may cost to read, per byte: the tree of {@code [{},{},...]}, three bytes an object, is the worst. */
    private static final long ALLOCATION_PER_BYTE = 64;

    private static final long ALLOCATION_CONSTANT = 64 * 1024;

    private interface Decoder {
        Object decode(Frame frame) throws ChunkServerException;
    }

    private static final List<Decoder> DECODERS = List.of(
            Messages::request,
            Messages::response,
            Messages::clientHello,
            Messages::serverHello,
            Messages::error,
            Messages::end);

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void requestsAreReadAsTheyWereWritten(@ForAll("requests") Request request) throws Exception {
        Frame frame = Messages.request(ID, request);
        assertThat(Messages.request(frame)).isEqualTo(request);
        assertThat(frame.header().remaining()).isLessThanOrEqualTo(Messages.MAX_REQUEST_HEADER_BYTES);
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void responsesAreReadAsTheyWereWritten(@ForAll("responses") Response response) throws Exception {
        assertThat(Messages.response(Messages.response(ID, response))).isEqualTo(response);
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void partsOfAReportFitAndSayTheSame(@ForAll("reports") ChunkReport report) throws Exception {
        List<ChunkReport> parts = MasterRequest.Report.fitting(report);
        for (ChunkReport part : parts) {
            Request request = new MasterRequest.Report(part, Duration.ofSeconds(1));
            assertThat(Messages.request(Messages.request(ID, request))).isEqualTo(request);
        }
        assertThat(parts.stream().flatMap(part -> part.present().stream()).toList())
                .isEqualTo(report.present());
        assertThat(parts.stream().flatMap(part -> part.absent().stream()).toList())
                .isEqualTo(report.absent());
        assertThat(parts.stream().flatMap(part -> part.open().stream()).toList())
                .isEqualTo(report.open());
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void hellosAreReadAsTheyWereWritten(
            @ForAll("clientHellos") ClientHello client, @ForAll("serverHellos") ServerHello server) throws Exception {
        assertThat(Messages.clientHello(Messages.hello(client))).isEqualTo(client);
        assertThat(Messages.serverHello(Messages.hello(server))).isEqualTo(server);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void failuresAreReadAsTheyWereWritten(@ForAll("failures") Failure failure) throws Exception {
        assertThat(Messages.error(Messages.error(ID, failure))).isEqualTo(failure);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void endsAreReadAsTheyWereWritten(@ForAll("ends") End end) throws Exception {
        assertThat(Messages.end(Messages.end(ID, end))).isEqualTo(end);
    }

    @Property
    void anyBytesAreAValueOrOneTypedError(@ForAll byte[] header) {
        decodeByAll(header);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void aDamagedMessageIsAValueOrOneTypedError(
            @ForAll("headers") byte[] header, @ForAll Random random, @ForAll("junk") String junk) {
        byte[] damaged = header.clone();
        int at = random.nextInt(damaged.length);
        byte[] splinter = junk.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(splinter, 0, damaged, at, Math.min(splinter.length, damaged.length - at));
        decodeByAll(damaged);
    }

    @Property(tries = 50)
    void readingTakesMemoryInProportionToTheHeader(
            @ForAll("filler") String filler, @ForAll("containers") List<String> container) {
        int repeats = (Messages.MAX_REQUEST_HEADER_BYTES - 64) / (filler.length() + 1);
        String json = container.get(0) + (filler + ",").repeat(repeats) + filler + container.get(1);
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        decodeByAll(header);
        long before = allocatedBytes();
        decodeByAll(header);
        long perDecoder = (allocatedBytes() - before) / DECODERS.size();
        assertThat(perDecoder).isLessThan(ALLOCATION_PER_BYTE * header.length + ALLOCATION_CONSTANT);
    }

    private static void decodeByAll(byte[] header) {
        for (FrameType type : FrameType.values()) {
            Frame frame = Frame.of(type, ID, ByteBuffer.wrap(header));
            for (Decoder decoder : DECODERS) {
                try {
                    assertThat(decoder.decode(frame)).isNotNull();
                } catch (ChunkServerException e) {
                    assertThat(e.code()).isIn(ErrorCode.PROTOCOL_ERROR, ErrorCode.INVALID_ARGUMENT);
                    assertThat(e.getMessage()).isNotBlank().hasSizeLessThanOrEqualTo(Limits.MAX_SENTENCE_CHARACTERS);
                }
            }
        }
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Provide
    Arbitrary<Request> requests() {
        return MessageArbitraries.requests();
    }

    @Provide
    Arbitrary<ChunkReport> reports() {
        return MembershipArbitraries.reports(ChunkReport.MAX_ENTRIES / 3);
    }

    @Provide
    Arbitrary<Response> responses() {
        return MessageArbitraries.responses();
    }

    @Provide
    Arbitrary<ClientHello> clientHellos() {
        return MessageArbitraries.clientHellos();
    }

    @Provide
    Arbitrary<ServerHello> serverHellos() {
        return MessageArbitraries.serverHellos();
    }

    @Provide
    Arbitrary<Failure> failures() {
        return MessageArbitraries.failures();
    }

    @Provide
    Arbitrary<End> ends() {
        return MessageArbitraries.ends();
    }

    @Provide
    Arbitrary<byte[]> headers() {
        return Arbitraries.oneOf(
                        requests().map(request -> Messages.request(ID, request)),
                        responses().map(response -> Messages.response(ID, response)),
                        clientHellos().map(Messages::hello),
                        serverHellos().map(Messages::hello))
                .map(frame -> frame.header().array());
    }

    @Provide
    Arbitrary<String> junk() {
        return Arbitraries.of(
                "\"",
                "{",
                "}",
                "[",
                "]",
                ":",
                ",",
                "0",
                "-1",
                "1e9",
                "null",
                "true",
                "\\ud800",
                "99999999999999999999");
    }

    @Provide
    Arbitrary<String> filler() {
        return Arbitraries.of(
                "{}", "[]", "1", "\"\"", "null", "1.5", "[[]]", "{\"\":{}}", "123456789012345678901234567890");
    }

    @Provide
    Arbitrary<List<String>> containers() {
        return Arbitraries.of(List.of("[", "]"), List.of("{\"versions\":[", "]}"), List.of("{\"op\":[", "]}"));
    }
}
