package io.chunkserver.runner.plot;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Throughput over threads or over sizes, in steps of twice as much. Runs that were made several times count with their median; a
 * line needs two points.
 */
final class ThroughputChart {

    private static final int WIDTH_PIXELS = 1000;
    private static final int HEIGHT_PIXELS = 560;

    /** Told apart also by those who see red and green alike, and in grey by their order of brightness. */
    private static final Color[] COLORS = {
        new Color(0x0072B2),
        new Color(0xD55E00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0x56B4E9),
        new Color(0xE69F00),
        new Color(0x333333)
    };

    /** Tell the lines apart that have the same color. */
    private static final Marker[] MARKERS = {
        SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.TRIANGLE_UP, SeriesMarkers.DIAMOND
    };

    /** The order of the legend. */
    private static final Comparator<BenchLine> LEGEND = Comparator.comparing(BenchLine::operation)
            .thenComparing(BenchLine::durability)
            .thenComparingInt(BenchLine::replicas)
            .thenComparingLong(BenchLine::movedBytes)
            .thenComparingInt(BenchLine::threads);

    private final String fileName;
    private final String title;
    private final String axis;
    private final ToLongFunction<BenchLine> place;
    private final LongFunction<String> label;
    private final Function<BenchLine, String> series;

    private ThroughputChart(
            String fileName,
            String title,
            String axis,
            ToLongFunction<BenchLine> place,
            LongFunction<String> label,
            Function<BenchLine, String> series) {
        this.fileName = fileName;
        this.title = title;
        this.axis = axis;
        this.place = place;
        this.label = label;
        this.series = series;
    }

    static ThroughputChart byThreads() {
        return new ThroughputChart(
                "throughput-by-threads",
                "Throughput by threads",
                "Threads",
                BenchLine::threads,
                String::valueOf,
                line -> join(line.operation(), Sizes.text(line.movedBytes()), copies(line), line.durability()));
    }

    static ThroughputChart bySize() {
        return new ThroughputChart(
                "throughput-by-size",
                "Throughput by size",
                "Bytes moved by each operation",
                BenchLine::movedBytes,
                Sizes::text,
                line -> join(line.operation(), threads(line), copies(line), line.durability()));
    }

    private static String threads(BenchLine line) {
        return line.threads() == 1 ? "1 thread" : line.threads() + " threads";
    }

    private static String copies(BenchLine line) {
        return line.replicas() == 1 ? "1 copy" : line.replicas() + " copies";
    }

    private static String join(String... parts) {
        return String.join(
                ", ", List.of(parts).stream().filter(part -> !part.isEmpty()).toList());
    }

    /**
     * Draws into an SVG and a PNG file.
     *
     * @return the files; none when there is no line of two points
     */
    List<Path> draw(List<BenchLine> lines, Path directory) throws IOException {
        Map<String, Map<Long, List<Double>>> drawn = new LinkedHashMap<>();
        for (BenchLine line : lines.stream().sorted(LEGEND).toList()) {
            drawn.computeIfAbsent(series.apply(line), name -> new TreeMap<>())
                    .computeIfAbsent(place.applyAsLong(line), where -> new ArrayList<>())
                    .add(line.mebibytesPerSecond());
        }
        drawn.values().removeIf(points -> points.size() < 2);
        if (drawn.isEmpty()) {
            return List.of();
        }
        XYChart chart = chart();
        drawn.forEach((name, points) -> addSeries(chart, name, points));
        Path svg = directory.resolve(fileName + ".svg");
        Path png = directory.resolve(fileName + ".png");
        VectorGraphicsEncoder.saveVectorGraphic(chart, svg.toString(), VectorGraphicsFormat.SVG);
        BitmapEncoder.saveBitmap(chart, png.toString(), BitmapFormat.PNG);
        return List.of(svg, png);
    }

    private XYChart chart() {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH_PIXELS)
                .height(HEIGHT_PIXELS)
                .title(title)
                .xAxisTitle(axis)
                .yAxisTitle("MiB/s")
                .build();
        chart.getStyler()
                .setYAxisMin(0.0)
                .setLegendPosition(LegendPosition.OutsideE)
                .setSeriesColors(COLORS)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false);
        chart.getStyler().setxAxisTickLabelsFormattingFunction(this::tick);
        chart.getStyler().setyAxisTickLabelsFormattingFunction(value -> String.format(Locale.ROOT, "%,.0f", value));
        return chart;
    }

    /** Names powers of two alone; the chart leaves out steps that would repeat a name. */
    private String tick(double exponent) {
        return exponent == Math.rint(exponent) && exponent >= 0 ? label.apply(1L << (int) exponent) : " ";
    }

    private static void addSeries(XYChart chart, String name, Map<Long, List<Double>> points) {
        double[] exponents = points.keySet().stream()
                .mapToDouble(at -> Math.log(at) / Math.log(2))
                .toArray();
        double[] medians =
                points.values().stream().mapToDouble(ThroughputChart::median).toArray();
        int number = chart.getSeriesMap().size();
        chart.addSeries(name, exponents, medians).setMarker(MARKERS[number / COLORS.length % MARKERS.length]);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
