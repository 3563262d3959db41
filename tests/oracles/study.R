# Link, score and test with R, from the raw exports, what tests/test_your_study.py compares chapters/prepost with:
#
#     cd tests/oracles && Rscript study.R
#
# reads data/ and data/template/, and writes study.csv beside this script. Z and the exact p, with Pratt's zeros, come
# from coin, and so does the interval: the values that coin's test does not reject. Holm's p comes from p.adjust;
# linking, scoring, the Walsh averages and the counts are written out below.

suppressPackageStartupMessages(library(coin))


as_text <- function(path) read.csv(path, colClasses = "character", check.names = FALSE, encoding = "UTF-8")

first_submissions <- function(path, items) {
  sent <- as_text(path)
  sent <- sent[!grepl('{"ImportId"', sent$code, fixed = TRUE), ]
  if ("Finished" %in% names(sent)) {
    sent <- sent[sent$Finished == "True", ] # the row of question texts goes too
  } else {
    sent <- sent[rowSums(sent[items] != "") > 0, ]
  }
  sent$code <- toupper(gsub("\\s", "", sent$code))
  sent <- sent[!duplicated(sent$code), ]
  rownames(sent) <- sent$code
  sent
}

score <- function(sent, instrument, items) {
  labels <- strsplit(instrument$labels, "; ", fixed = TRUE)[[1]]
  low <- as.integer(instrument$lowest)
  high <- as.integer(instrument$highest)
  values <- sapply(items$item, function(item) match(sent[[item]], labels) - 1 + low)
  turned <- items$reversed == "yes"
  values[, turned] <- low + high - values[, turned]
  score <- floor(rowMeans(values, na.rm = TRUE) * nrow(items) + 0.5 + 1e-9)
  score[rowSums(is.na(values)) > as.integer(instrument$max_skipped)] <- NA
  score
}

pratt <- function(d, ...) wilcoxsign_test(d ~ rep(0, length(d)), zero.method = "Pratt", ...)

p_exact <- function(d) as.numeric(pvalue(pratt(d, distribution = "exact")))

# tries every Walsh average, every gap between two, and both sides; "in" says whether the end itself is not rejected
not_rejected <- function(d, walsh) {
  tried <- sort(c(walsh, (head(walsh, -1) + tail(walsh, -1)) / 2, walsh[1] - 1, max(walsh) + 1))
  p <- sapply(tried, function(v) p_exact(d - v))
  accepted <- range(which(p > 0.05))
  inside <- tried[accepted] %in% walsh
  out <- accepted + c(-1, 1)
  ends <- ifelse(inside, tried[accepted], tried[out])
  data.frame(
    low = ends[1], high = ends[2], low.in = inside[1], high.in = inside[2],
    level = 1 - sum(p[out]) / 2 # the two tails at the nearest values that are left out
  )
}

study <- function(name, folder) {
  instruments <- as_text(file.path(folder, "instruments.csv"))
  items <- as_text(file.path(folder, "items.csv"))
  before <- first_submissions(file.path(folder, "raw", "before.csv"), items$item)
  after <- first_submissions(file.path(folder, "raw", "after.csv"), items$item)
  both <- sort(intersect(before$code, after$code))
  rows <- lapply(seq_len(nrow(instruments)), function(i) {
    own <- items[items$instrument == instruments$instrument[i], ]
    from <- score(before[both, ], instruments[i, ], own)
    to <- score(after[both, ], instruments[i, ], own)
    complete <- !is.na(from) & !is.na(to)
    from <- from[complete]
    to <- to[complete]
    d <- to - from
    n <- length(d)
    walsh <- outer(d, d, "+") / 2
    walsh <- sort(walsh[upper.tri(walsh, diag = TRUE)])
    test <- pratt(d)
    p <- p_exact(d)
    quartiles <- function(x) quantile(x, c(0.5, 0.25, 0.75), names = FALSE)
    data.frame(
      study = name, instrument = instruments$name[i], pairs = n,
      before = t(quartiles(from)), after = t(quartiles(to)),
      higher = sum(d > 0), same = sum(d == 0), lower = sum(d < 0),
      change = median(walsh), not_rejected(d, unique(walsh)),
      Z = as.numeric(statistic(test)), r = as.numeric(statistic(test)) / sqrt(n), p = p
    )
  })
  table <- do.call(rbind, rows)
  table$holm <- p.adjust(table$p, "holm")
  table
}

data <- file.path("..", "..", "data")
results <- rbind(study("book", data), study("template", file.path(data, "template")))
numbers <- sapply(results, is.numeric)
results[numbers] <- lapply(results[numbers], function(x) sprintf("%.12g", x))
write.csv(results, "study.csv", row.names = FALSE, quote = 2)
