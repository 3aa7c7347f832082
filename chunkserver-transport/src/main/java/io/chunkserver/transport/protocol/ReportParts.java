package io.chunkserver.transport.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ChunkReport.Kind;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Cuts reports into parts that fit into a request. */
final class ReportParts {

    private ReportParts() {}

    static List<ChunkReport> of(ChunkReport report) {
        List<ChunkReport> parts = new ArrayList<>();
        cut(report.present(), ModelJson::chunkInfo)
                .forEach(page -> parts.add(part(report, report.kind(), page, List.of(), List.of())));
        cut(report.absent(), chunk -> TextNode.valueOf(chunk.toString()))
                .forEach(page -> parts.add(part(report, report.kind(), List.of(), page, List.of())));
        cut(report.open(), MasterRequestFormat::openTransaction)
                .forEach(page -> parts.add(part(report, report.kind(), List.of(), List.of(), page)));
        return parts.size() < 2 ? List.of(report) : renamed(parts, report.kind());
    }

    private static <T> List<List<T>> cut(List<T> entries, Function<T, JsonNode> form) {
        List<List<T>> pages = new ArrayList<>();
        List<T> left = entries;
        while (!left.isEmpty()) {
            List<T> page = HeaderBudget.fitting(left, form, Messages.MAX_REQUEST_HEADER_BYTES);
            left = left.subList(page.size(), left.size());
            pages.add(page);
        }
        return pages;
    }

    private static ChunkReport part(
            ChunkReport of, Kind kind, List<ChunkInfo> present, List<ChunkId> absent, List<OpenTransaction> open) {
        return new ChunkReport(of.server(), kind, present, absent, open, of.number());
    }

    /** Only the first of the parts starts a full report, and only the last ends it. */
    private static List<ChunkReport> renamed(List<ChunkReport> parts, Kind kind) {
        int keeper = switch (kind) {
            case START -> 0;
            case END -> parts.size() - 1;
            case PART, CHANGES -> -1;
        };
        if (keeper < 0) {
            return parts;
        }
        List<ChunkReport> renamed = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            ChunkReport part = parts.get(i);
            renamed.add(part(part, i == keeper ? kind : Kind.PART, part.present(), part.absent(), part.open()));
        }
        return renamed;
    }
}
