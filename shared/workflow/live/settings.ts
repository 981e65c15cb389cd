import { SSMClient } from '@aws-sdk/client-ssm';
import { awsClient } from '../../aws/clients.ts';
import { ssmSettings } from '../../aws/ssm-settings.ts';
import { prefix } from './environment.ts';

export const settings = () => ssmSettings(awsClient(SSMClient), prefix());
