package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Requests to a master as JSON objects; see {@link RequestFormat} for what they have in common with the others. */
final class MasterRequestFormat {

    private MasterRequestFormat() {}

    static void encode(ObjectNode json, MasterRequest request) {
        if (request instanceof MasterRequest.Register register) {
            MembershipJson.registration(json.put("op", "register"), register.registration());
        } else if (request instanceof MasterRequest.Heartbeat heartbeat) {
            MembershipJson.heartbeat(json.put("op", "heartbeat"), heartbeat.heartbeat());
        } else if (request instanceof MasterRequest.Report report) {
            encodeReport(json, report.report());
        } else if (request instanceof MasterRequest.Place place) {
            encodePlace(json, place.placement());
        } else if (request instanceof MasterRequest.Locate locate) {
            json.put("op", "locate").put("chunk", locate.chunk().toString());
            MembershipJson.locationIfAny(json, "near", locate.near());
        } else if (request instanceof MasterRequest.ClusterChunks list) {
            json.put("op", "cluster_chunks").put("prefix", list.prefix()).put("limit", list.limit());
            if (list.after() != null) {
                json.put("after", list.after().toString());
            }
        } else if (request instanceof MasterRequest.Needed needed) {
            json.put("op", "needed").put("server", needed.server().value());
        } else if (request instanceof MasterRequest.ClusterStatus status) {
            json.put("op", "cluster_status");
            if (status.after() != null) {
                json.put("after", status.after().value());
            }
        } else {
            throw new AssertionError("no form is known for " + request.getClass());
        }
    }

    /** Empty when the operation is none of a master's. */
    static Optional<MasterRequest> decode(String op, FieldReader fields, Duration timeout) throws ChunkServerException {
        return Optional.ofNullable(
                switch (op) {
                    case "register" -> new MasterRequest.Register(MembershipJson.registration(fields), timeout);
                    case "heartbeat" -> new MasterRequest.Heartbeat(MembershipJson.heartbeat(fields), timeout);
                    case "report" -> new MasterRequest.Report(decodeReport(fields), timeout);
                    case "place" -> new MasterRequest.Place(decodePlace(fields), timeout);
                    case "locate" ->
                        new MasterRequest.Locate(
                                fields.value("chunk", ChunkId::parse),
                                MembershipJson.locationIfAny(fields, "near"),
                                timeout);
                    case "cluster_chunks" ->
                        new MasterRequest.ClusterChunks(
                                fields.text("prefix"),
                                fields.valueOrNull("after", ChunkId::parse),
                                (int) fields.within("limit", 1, Request.ListChunks.MAX_LIMIT),
                                timeout);
                    case "needed" -> new MasterRequest.Needed(fields.value("server", ServerId::new), timeout);
                    case "cluster_status" ->
                        new MasterRequest.ClusterStatus(fields.valueOrNull("after", ServerId::new), timeout);
                    default -> null;
                });
    }

    private static void encodeReport(ObjectNode json, ChunkReport report) {
        MembershipJson.incarnation(json.put("op", "report"), report.server());
        json.put("kind", FieldReader.word(report.kind()));
        var present = json.putArray("present");
        report.present().forEach(info -> present.add(ModelJson.chunkInfo(info)));
        ModelJson.texts(json.putArray("absent"), report.absent());
        if (!report.open().isEmpty()) {
            var open = json.putArray("open");
            report.open().forEach(transaction -> open.add(openTransaction(transaction)));
        }
        if (report.number() != 0) {
            json.put("number", report.number());
        }
    }

    private static ChunkReport decodeReport(FieldReader fields) throws ChunkServerException {
        return new ChunkReport(
                MembershipJson.incarnation(fields),
                fields.word("kind", ChunkReport.Kind.class),
                fields.objects("present", ModelJson::chunkInfo),
                fields.values("absent", ChunkId::parse),
                fields.has("open") ? fields.objects("open", MasterRequestFormat::openTransaction) : List.of(),
                fields.has("number") ? fields.count("number") : 0);
    }

    static ObjectNode openTransaction(OpenTransaction transaction) {
        return Json.object()
                .put("chunk", transaction.chunk().toString())
                .put("version", transaction.version().number());
    }

    private static OpenTransaction openTransaction(FieldReader fields) throws ChunkServerException {
        return new OpenTransaction(fields.value("chunk", ChunkId::parse), new ChunkVersion(fields.number("version")));
    }

    private static void encodePlace(ObjectNode json, PlacementRequest placement) {
        json.put("op", "place")
                .put("chunk", placement.chunk().toString())
                .put("lengthBytes", placement.lengthBytes())
                .put("copies", placement.copies());
        MembershipJson.locationIfAny(json, "near", placement.near());
        if (placement.primary() != null) {
            json.put("primary", placement.primary().toString());
        }
        ModelJson.texts(json.putArray("excluded"), placement.excluded());
    }

    private static PlacementRequest decodePlace(FieldReader fields) throws ChunkServerException {
        return new PlacementRequest(
                fields.value("chunk", ChunkId::parse),
                fields.number("lengthBytes"),
                (int) fields.within("copies", 0, PlacementRequest.MAX_COPIES),
                MembershipJson.locationIfAny(fields, "near"),
                fields.valueOrNull("primary", ServerId::new),
                Set.copyOf(fields.values("excluded", ServerId::new)));
    }
}
