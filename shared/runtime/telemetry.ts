import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';

/** One logger and one metrics buffer for each function environment; service and namespace are constants on purpose. */
export const logger = new Logger({ serviceName: 'eks-steward' });
export const metrics = new Metrics({ namespace: 'eks-steward', serviceName: 'eks-steward' });
