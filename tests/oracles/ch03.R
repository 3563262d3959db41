# Compute with R what tests/claims/test_ch03.py compares chapter 3 with:
#
#     cd tests/oracles && Rscript ch03.R
#
# reads data/ and writes ch03.csv beside this script.

data <- file.path("..", "..", "data")

results <- list()
store <- function(case, statistic, program, value) {
  row <- data.frame(case, statistic, program, value = sprintf("%.12g", as.numeric(value)))
  results[[length(results) + 1]] <<- row
}

scores <- read.csv(file.path(data, "scores.csv"))
pairs <- na.omit(scores)
responses <- read.csv(file.path(data, "responses.csv"))
items <- read.csv(file.path(data, "items.csv"))
instruments <- read.csv(file.path(data, "instruments.csv"))

alpha_of <- function(answers) psych::alpha(na.omit(answers), check.keys = FALSE, warnings = FALSE)
p_of <- function(d, ...) wilcox.test(d[d != 0], exact = FALSE, correct = FALSE, ...)$p.value
optimum <- function(value) signif(value, 6)  # found by a search: its last digits depend on the machine
omega_of <- function(answers, factors) {
  fit <- suppressMessages(suppressWarnings(psych::omega(answers, nfactors = factors, plot = FALSE)))
  optimum(fit$omega.tot)
}

# p values from sums, from item means as they come, and from item means rounded to six decimals
for (i in seq_len(nrow(instruments))) {
  measure <- instruments$instrument[i]
  own <- items[items$instrument == measure, ]
  straight <- responses[responses$wave == "before", own$item]
  turned <- straight
  against <- own$item[own$reversed == "yes"]
  turned[against] <- instruments$lowest[i] + instruments$highest[i] - turned[against]

  fit <- alpha_of(turned)
  store(own$item, "item-total", "psych::alpha", fit$item.stats$r.drop)
  store(own$item, "alpha without", "psych::alpha", fit$alpha.drop$raw_alpha)
  forgotten <- alpha_of(straight)
  store(own$item, "item-total, not turned round", "psych::alpha", forgotten$item.stats$r.drop)
  store(measure, "alpha, not turned round", "psych::alpha", forgotten$total$raw_alpha)

  # which items psych takes for items that nobody turned round
  keys <- suppressWarnings(psych::alpha(na.omit(straight), check.keys = TRUE))$keys[[1]]
  store(own$item, "named by psych", "psych::alpha", own$item %in% sub("^-", "", grep("^-", keys, value = TRUE)))

  turned <- na.omit(turned)
  store(measure, "omega, 1 factor", "psych::omega", omega_of(turned, 1))
  store(measure, "omega, 3 factors", "psych::omega", omega_of(turned, 3))
  model <- factanal(turned, 1)
  sds <- apply(turned, 2, sd)
  common <- sum(model$loadings[, 1] * sds)^2
  store(measure, "omega, 1 factor, not standardised", "stats::factanal", optimum(common / (common + sum(model$uniquenesses * sds^2))))

  sem <- sd(scores[[paste0(measure, "_before")]]) * sqrt(1 - fit$total$raw_alpha)
  store(measure, "SEM", "by hand", sem)
  store(measure, "MDC", "by hand", 1.96 * sqrt(2) * sem)

  before <- pairs[[paste0(measure, "_before")]]
  after <- pairs[[paste0(measure, "_after")]]
  k <- nrow(own)
  store(measure, "p, sums", "stats::wilcox.test", p_of(after - before))
  store(measure, "p, means", "stats::wilcox.test", p_of(after / k - before / k))
  store(measure, "p, means rounded", "stats::wilcox.test", p_of(round(after / k - before / k, 6)))
  store(measure, "p, means, digits.rank = 7", "stats::wilcox.test", p_of(after / k - before / k, digits.rank = 7))
}

# five people, three items
few <- responses[responses$wave == "before" & responses$person <= "P05", paste0("self_efficacy_", 1:3)]
fit <- alpha_of(few)
store("five people", "alpha", "psych::alpha", fit$total$raw_alpha)
store("five people", "alpha low", "psych::alpha (Feldt)", fit$feldt$lower.ci)
store("five people", "alpha high", "psych::alpha (Feldt)", fit$feldt$upper.ci)

write.table(do.call(rbind, results), "ch03.csv", sep = ",", row.names = FALSE, qmethod = "double")
